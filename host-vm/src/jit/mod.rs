//! What the host tells a plugin: layout facts, recording, resuming.
