//! Text to data: sources, lexer, reader, with positions.
