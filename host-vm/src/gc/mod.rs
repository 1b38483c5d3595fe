//! The collector: a mark-region collector with sticky mark bytes, of this project's own; objects do not move.
