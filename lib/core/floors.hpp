/// The numbers that keep quotients, logarithms and powers finite, in one place. Data come in any unit, so what counts as
/// nothing is measured by the data; absolute are only numbers at the edge of what a float holds (1.2e-38 to 3.4e38, what lies
/// below is flushed to zero).
#pragma once

namespace unfurl::floors {

/// Of the mean or the largest of the data: below it an entry is nothing. About a sixth of a float's last bit, so that sums
/// with what counts do not see it.
inline constexpr double share = 1e-8;

/// Added to denominators that vanish only together with what they divide. Ten times the smallest float, so that powers -2 to
/// 2 of data from 1e-15 to 1e15 lie far above it, and yet not flushed.
inline constexpr double smallest = 1e-37;

/// As `smallest`, where gradients have it as a denominator: its inverse leaves room for what gradients are multiplied with.
inline constexpr double silence = 1e-30;

}  // namespace unfurl::floors
