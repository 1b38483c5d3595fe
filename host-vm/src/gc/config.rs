//! How a heap is set up. The collector reads no environment: whoever makes a machine fills this in.

/// Settings of one heap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Most bytes that live objects may occupy. What is reserved is twice as much address space, never memory.
    pub limit: usize,
    /// Least bytes that are allocated between two collections; more when much survives.
    pub nursery: usize,
    /// Bytes below which the heap is never collected in full.
    pub minimum: usize,
    /// Collect at every n-th slow path, and take the slow path for every allocation; 0 for never.
    pub stress: u32,
    /// Fill free lines with `0xDB`, which reads as a pointer to nowhere.
    pub poison: bool,
    /// Check the whole heap after every collection.
    pub verify: bool,
}

impl Config {
    /// The byte that free lines are filled with under [`Config::poison`].
    pub const POISON: u8 = 0xdb;

    /// The default with another limit.
    pub fn with_limit(limit: usize) -> Config {
        Config { limit, ..Config::default() }
    }
}

impl Default for Config {
    /// Three quarters of the machine's memory.
    fn default() -> Config {
        let memory = super::map::physical_memory().unwrap_or(2 << 30);
        Config {
            limit: memory / 4 * 3,
            nursery: 2 << 20,
            minimum: 32 << 20,
            stress: 0,
            poison: cfg!(debug_assertions),
            verify: false,
        }
    }
}
