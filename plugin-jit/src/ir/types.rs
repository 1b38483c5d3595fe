//! The types of values.

/// What an instruction produces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// A 64-bit integer, host word or address; lives in a general register.
    Int,
    /// An IEEE 754 binary64; lives in a floating-point register.
    Float,
    /// Nothing.
    None,
}

impl Type {
    /// The name in dumps.
    pub const fn name(self) -> &'static str {
        match self {
            Type::Int => "Int",
            Type::Float => "Float",
            Type::None => "",
        }
    }
}

impl From<limpet_plugin_api::trace_op::ResultType> for Type {
    fn from(result: limpet_plugin_api::trace_op::ResultType) -> Type {
        match result {
            limpet_plugin_api::trace_op::ResultType::Int => Type::Int,
            limpet_plugin_api::trace_op::ResultType::Float => Type::Float,
            limpet_plugin_api::trace_op::ResultType::None => Type::None,
        }
    }
}
