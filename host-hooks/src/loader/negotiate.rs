//! Host and plugin agree: the highest version of the contract that both work with, and the operations both know.
//!
//! An operation the plugin lacks is no reason to refuse it: recordings that need it are given up one by one. Only
//! the few operations without which no trace can be are required.

use crate::error::AttachError;
use limpet_plugin_api::{API_VERSION, ApiVersion, Description, OpCode};

/// The oldest version of the contract that these hooks work with.
pub const OLDEST_API: ApiVersion = ApiVersion { major: 1, minor: 0 };

/// Operations in every trace worth compiling.
const REQUIRED: &[OpCode] =
    &[OpCode::ConstInt, OpCode::ConstWord, OpCode::SlotRead, OpCode::GuardInt, OpCode::Safepoint];

/// A set of trace operations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OperationSet {
    bits: [u64; 4],
}

impl OperationSet {
    /// Every operation of this version of the contract.
    pub fn all() -> OperationSet {
        OpCode::ALL.iter().copied().collect()
    }

    /// Whether the operation is in the set. Numbers beyond 255 never are.
    #[inline]
    pub fn has(&self, operation: OpCode) -> bool {
        self.bits.get(operation.0 as usize / 64).is_some_and(|word| word >> (operation.0 % 64) & 1 == 1)
    }

    /// The number of operations.
    pub fn len(&self) -> usize {
        self.bits.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Operations in both sets.
    pub fn intersection(&self, other: &OperationSet) -> OperationSet {
        OperationSet { bits: std::array::from_fn(|i| self.bits[i] & other.bits[i]) }
    }
}

impl FromIterator<OpCode> for OperationSet {
    fn from_iter<I: IntoIterator<Item = OpCode>>(operations: I) -> OperationSet {
        let mut set = OperationSet::default();
        for operation in operations {
            if let Some(word) = set.bits.get_mut(operation.0 as usize / 64) {
                *word |= 1 << (operation.0 % 64);
            }
        }
        set
    }
}

/// What both sides agreed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// The version of the contract.
    pub api: ApiVersion,
    /// The operations.
    pub operations: OperationSet,
}

/// Meets a plugin at the highest common version and the common set of operations.
pub fn negotiate(plugin: &Description) -> Result<Agreement, AttachError> {
    let api = API_VERSION.min(plugin.newest_api);
    if api < OLDEST_API || api < plugin.oldest_api || plugin.newest_api.major < OLDEST_API.major {
        return Err(AttachError::Version([plugin.oldest_api, plugin.newest_api], [OLDEST_API, API_VERSION]));
    }
    let theirs: OperationSet = plugin.operations.iter().copied().collect();
    let operations = OperationSet::all().intersection(&theirs);
    let missing: Vec<_> = REQUIRED.iter().filter(|&&op| !operations.has(op)).map(|op| format!("{op:?}")).collect();
    if !missing.is_empty() {
        return Err(AttachError::Operations(missing.join(" ")));
    }
    Ok(Agreement { api, operations })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plugin(oldest: (u16, u16), newest: (u16, u16), operations: &[OpCode]) -> Description {
        Description {
            name: "fake".into(),
            version: "0".into(),
            oldest_api: ApiVersion { major: oldest.0, minor: oldest.1 },
            newest_api: ApiVersion { major: newest.0, minor: newest.1 },
            operations: operations.iter().copied().collect(),
            target: "none".into(),
        }
    }

    #[test]
    fn the_highest_common_version_wins() {
        let agreed = negotiate(&plugin((1, 0), (1, 7), OpCode::ALL)).expect("common versions");
        assert_eq!(agreed.api, API_VERSION);
        assert_eq!(agreed.operations, OperationSet::all());
    }

    #[test]
    fn ranges_without_a_common_version_are_refused_in_one_line() {
        for (oldest, newest) in [((2, 0), (2, 3)), ((1, 1), (1, 4)), ((0, 1), (0, 9))] {
            let error = negotiate(&plugin(oldest, newest, OpCode::ALL)).expect_err("refused").to_string();
            assert!(error.contains(&format!("{}.{}", newest.0, newest.1)) && !error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn operations_meet_at_the_common_set() {
        let later = OpCode(200);
        let some: Vec<_> = REQUIRED.iter().copied().chain([OpCode::Add, later, OpCode(9000)]).collect();
        let agreed = negotiate(&plugin((1, 0), (1, 0), &some)).expect("enough");
        assert!(agreed.operations.has(OpCode::Add));
        assert!(!agreed.operations.has(OpCode::Sub) && !agreed.operations.has(later));
        assert_eq!(agreed.operations.len(), REQUIRED.len() + 1);
    }

    #[test]
    fn a_plugin_without_the_essentials_is_refused() {
        let error = negotiate(&plugin((1, 0), (1, 0), &REQUIRED[1..])).expect_err("refused");
        assert!(matches!(&error, AttachError::Operations(missing) if missing == "ConstInt"), "{error}");
    }
}
