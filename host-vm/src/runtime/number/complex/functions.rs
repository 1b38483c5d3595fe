//! Complex numbers of floats and their elementary functions.
//!
//! The formulas are those of W. Kahan, "Branch Cuts for Complex Elementary Functions, or Much Ado About Nothing's Sign
//! Bit" (1987): no result overflows or loses its digits where the true one does not, and on a branch cut the sign of a zero tells
//! the side. They agree with the definitions of R7RS 6.2.6.

use std::f64::consts::{FRAC_PI_2, LN_2};

/// A complex number of floats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Float {
    /// Real part.
    pub re: f64,
    /// Imaginary part.
    pub im: f64,
}

impl Float {
    /// From its parts.
    pub fn new(re: f64, im: f64) -> Float {
        Float { re, im }
    }

    /// Absolute value.
    pub fn abs(self) -> f64 {
        self.re.hypot(self.im)
    }

    /// Whether both parts are zero.
    pub fn is_zero(self) -> bool {
        self.re == 0.0 && self.im == 0.0
    }

    fn conjugate(self) -> Float {
        Float::new(self.re, -self.im)
    }

    /// `i * self`
    fn turned(self) -> Float {
        Float::new(-self.im, self.re)
    }

    /// `-i * self`
    fn turned_back(self) -> Float {
        Float::new(self.im, -self.re)
    }

    /// Product.
    pub fn times(self, other: Float) -> Float {
        Float::new(self.re * other.re - self.im * other.im, self.re * other.im + self.im * other.re)
    }

    /// Quotient, by Smith's algorithm: divides by the larger part first, so that no square overflows.
    pub fn over(self, other: Float) -> Float {
        let largest = other.re.abs().max(other.im.abs());
        // At the ends of the range sums of products need room.
        let scale = match largest {
            x if x.is_finite() && x > 1e307 => 0.125,
            x if x < 1e-290 => (1u64 << 54) as f64,
            _ => 1.0,
        };
        let (a, b, c, d) = (self.re * scale, self.im * scale, other.re * scale, other.im * scale);
        if c.abs() >= d.abs() {
            if c == 0.0 {
                return Float::new(a / c, b / c);
            }
            let ratio = d / c;
            let below = c + d * ratio;
            Float::new((a + b * ratio) / below, (b - a * ratio) / below)
        } else {
            let ratio = c / d;
            let below = c * ratio + d;
            Float::new((a * ratio + b) / below, (b * ratio - a) / below)
        }
    }

    /// Square root; the real part is not negative.
    pub fn sqrt(self) -> Float {
        let Float { re, im } = self;
        if self.is_zero() {
            return Float::new(0.0, im);
        }
        if im.is_infinite() {
            return Float::new(f64::INFINITY, im);
        }
        let largest = re.abs().max(im.abs());
        if re.is_finite() && largest > 1e300 {
            let root = Float::new(re / 4.0, im / 4.0).sqrt();
            return Float::new(root.re * 2.0, root.im * 2.0);
        }
        if largest < 1e-300 {
            const UP: f64 = (1u64 << 54) as f64;
            let root = Float::new(re * UP * UP, im * UP * UP).sqrt();
            return Float::new(root.re / UP, root.im / UP);
        }
        let half = ((re.abs() + self.abs()) / 2.0).sqrt();
        let other = im.abs() / (2.0 * half);
        // Where the larger part of the root belongs.
        let (x, y) = if re >= 0.0 { (half, other) } else { (other, half) };
        Float::new(x, y.copysign(im))
    }

    /// Exponential.
    pub fn exp(self) -> Float {
        if self.im == 0.0 {
            return Float::new(self.re.exp(), self.im);
        }
        let scale = self.re.exp();
        Float::new(scale * self.im.cos(), scale * self.im.sin())
    }

    /// Natural logarithm; the imaginary part is the angle.
    pub fn ln(self) -> Float {
        let Float { re, im } = self;
        let magnitude = self.abs();
        let log = if (0.5..2.0).contains(&magnitude) {
            // Near one the logarithm of the rounded magnitude would have lost its digits.
            let (large, small) = if re.abs() >= im.abs() { (re.abs(), im) } else { (im.abs(), re) };
            ((large - 1.0) * (large + 1.0) + small * small).ln_1p() / 2.0
        } else if magnitude.is_infinite() && re.is_finite() && im.is_finite() {
            (re / 2.0).hypot(im / 2.0).ln() + LN_2
        } else {
            magnitude.ln()
        };
        Float::new(log, im.atan2(re))
    }

    /// Power: `exp(exponent * ln(self))`; of zero: one for the exponent zero, else zero.
    pub fn power(self, exponent: Float) -> Float {
        if exponent.is_zero() {
            return Float::new(1.0, 0.0);
        }
        if self.is_zero() {
            return Float::new(0.0, 0.0);
        }
        exponent.times(self.ln()).exp()
    }

    /// Sine.
    pub fn sin(self) -> Float {
        self.turned().sinh().turned_back()
    }

    /// Cosine.
    pub fn cos(self) -> Float {
        self.turned().cosh()
    }

    /// Tangent.
    pub fn tan(self) -> Float {
        self.turned().tanh().turned_back()
    }

    /// Hyperbolic sine.
    pub fn sinh(self) -> Float {
        if self.im == 0.0 {
            return Float::new(self.re.sinh(), self.im);
        }
        Float::new(self.re.sinh() * self.im.cos(), self.re.cosh() * self.im.sin())
    }

    /// Hyperbolic cosine.
    pub fn cosh(self) -> Float {
        if self.im == 0.0 {
            return Float::new(self.re.cosh(), self.re * self.im);
        }
        Float::new(self.re.cosh() * self.im.cos(), self.re.sinh() * self.im.sin())
    }

    /// Hyperbolic tangent.
    pub fn tanh(self) -> Float {
        // From here on it is ±1 to the last digit.
        const FAR: f64 = 177.0;
        if self.re.abs() > FAR {
            return Float::new(1f64.copysign(self.re), 0f64.copysign(self.im));
        }
        let t = self.im.tan();
        let beta = 1.0 + t * t;
        let s = self.re.sinh();
        let rho = (1.0 + s * s).sqrt();
        if t.is_infinite() {
            return Float::new(rho / s, 1.0 / t);
        }
        let below = 1.0 + beta * s * s;
        Float::new(beta * rho * s / below, t / below)
    }

    /// Arc sine.
    pub fn asin(self) -> Float {
        let (below, above) = (self.subtracted_from_one().sqrt(), self.plus_one().sqrt());
        let re = (self.re / below.times(above).re).atan();
        Float::new(re, below.conjugate().times(above).im.asinh())
    }

    /// Arc cosine.
    pub fn acos(self) -> Float {
        let (below, above) = (self.subtracted_from_one().sqrt(), self.plus_one().sqrt());
        Float::new(2.0 * (below.re / above.re).atan(), above.conjugate().times(below).im.asinh())
    }

    /// Arc tangent.
    pub fn atan(self) -> Float {
        self.turned().atanh().turned_back()
    }

    /// Inverse hyperbolic sine.
    pub fn asinh(self) -> Float {
        self.turned().asin().turned_back()
    }

    /// Inverse hyperbolic cosine.
    pub fn acosh(self) -> Float {
        let below = Float::new(self.re - 1.0, self.im).sqrt();
        let above = self.plus_one().sqrt();
        Float::new(below.conjugate().times(above).re.asinh(), 2.0 * (below.im / above.re).atan())
    }

    /// Inverse hyperbolic tangent.
    pub fn atanh(self) -> Float {
        let side = 1f64.copysign(self.re);
        // In the right half plane, mirrored.
        let (x, y) = (side * self.re, -side * self.im);
        let large = f64::MAX.sqrt() / 4.0;
        let small = 1.0 / large;
        let (re, im) = if x > large || y.abs() > large {
            (Float::new(1.0, 0.0).over(Float::new(x, y)).re, FRAC_PI_2.copysign(y))
        } else if x == 1.0 && y == 0.0 {
            (f64::INFINITY, y)
        } else if x == 1.0 {
            let z = y.abs() + small;
            (((4.0 + y * y).sqrt().sqrt() / z.sqrt()).ln(), (FRAC_PI_2 + (z / 2.0).atan()).copysign(y) / 2.0)
        } else {
            let z = (y.abs() + small).powi(2);
            let ratio = 4.0 * x / ((1.0 - x).powi(2) + z);
            (ratio.ln_1p() / 4.0, (2.0 * y).atan2((1.0 - x) * (1.0 + x) - z) / 2.0)
        };
        Float::new(side * re, -side * im)
    }

    fn plus_one(self) -> Float {
        Float::new(1.0 + self.re, self.im)
    }

    fn subtracted_from_one(self) -> Float {
        Float::new(1.0 - self.re, -self.im)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: Float, b: Float) -> bool {
        let close = |x: f64, y: f64| (x - y).abs() <= 1e-12 * (1.0 + x.abs().max(y.abs()));
        close(a.re, b.re) && close(a.im, b.im)
    }

    #[test]
    fn functions_and_their_inverses() {
        let parts = [-3.5, -1.25, -0.4, 0.0, 0.3, 0.9, 2.75];
        for re in parts {
            for im in parts {
                let z = Float::new(re, im);
                assert!(near(z.sqrt().times(z.sqrt()), z), "sqrt {z:?}");
                assert!(near(z.asin().sin(), z), "asin {z:?}: {:?}", z.asin());
                assert!(near(z.acos().cos(), z), "acos {z:?}: {:?}", z.acos());
                assert!(near(z.atan().tan(), z), "atan {z:?}: {:?}", z.atan());
                assert!(near(z.asinh().sinh(), z), "asinh {z:?}");
                assert!(near(z.acosh().cosh(), z), "acosh {z:?}");
                assert!(near(z.atanh().tanh(), z), "atanh {z:?}");
                if !z.is_zero() {
                    assert!(near(z.ln().exp(), z), "ln {z:?}");
                    assert!(near(z.times(z).over(z), z), "over {z:?}");
                    assert!(near(z.power(Float::new(3.0, 0.0)), z.times(z).times(z)), "power {z:?}");
                }
            }
        }
    }

    #[test]
    fn extreme_arguments() {
        let huge = Float::new(1.5e308, 1.5e308);
        assert!(near(huge.over(huge), Float::new(1.0, 0.0)));
        assert!(huge.sqrt().re.is_finite() && huge.ln().re.is_finite());
        let tiny = Float::new(5e-324, 5e-324);
        assert!(tiny.sqrt().re > 0.0);
        assert!(near(tiny.over(tiny), Float::new(1.0, 0.0)));
        assert_eq!(Float::new(-4.0, -0.0).sqrt(), Float::new(0.0, -2.0));
        assert_eq!(Float::new(500.0, 1.0).tanh(), Float::new(1.0, 0.0));
        assert_eq!(Float::new(1.0, 0.0).atanh().re, f64::INFINITY);
    }
}
