//! What native code and plugins call in a host: the types of the addresses that [`crate::HostLayout`] carries.
//!
//! They are plain C functions; the context is the host's own structure. None of them unwinds.

/// [`crate::layout::AllocLayout::slow`] and [`crate::layout::AllocLayout::reserve`].
pub type AllocFunction = unsafe extern "C" fn(context: *mut u8, bytes: u64) -> u64;
/// [`crate::layout::FloatTemplate::box_slow`].
pub type BoxFloatFunction = unsafe extern "C" fn(context: *mut u8, value: f64) -> u64;
/// [`crate::layout::BarrierLayout::slow`].
pub type BarrierFunction = unsafe extern "C" fn(context: *mut u8, object: u64);
/// A function of [`crate::recording::CallConvention::Array`].
pub type ArrayFunction = unsafe extern "C" fn(context: *mut u8, arguments: *const u64, count: u64) -> u64;
