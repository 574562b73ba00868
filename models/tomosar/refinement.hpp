/// Heights between grid points.
#pragma once

#include <complex>
#include <span>
#include <vector>

namespace unfurl::tomosar_model {

/// Heights of one or two scatterers that are near the given ones, in grid points, and with the best strengths fit g in least
/// squares: the most probable ones in white noise. By steps of Gauss and Newton with strengths eliminated [Golub73], damped
/// where the error would rise [Marquardt63]; two that come within a tenth of a grid point of each other stay where they were.
std::vector<double> refined(std::span<const std::complex<double>> g, std::vector<double> heights);

}  // namespace unfurl::tomosar_model
