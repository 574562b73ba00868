// Convolution between its meaning and its kernels.
#pragma once

#include "ops/kernels.hpp"
#include "unfurl/extend/convolution.hpp"

namespace unfurl::ir {

/// The extents that travel as an attribute.
Attributes attributes_of(const Convolution& windows);
Convolution windows_of(const Attributes& attributes);

template <class T>
void run_convolution(const Call<T>& call);
template <class T>
void run_convolution_transpose(const Call<T>& call);
template <class T>
void run_convolution_kernel(const Call<T>& call);

extern template void run_convolution(const Call<float>&);
extern template void run_convolution(const Call<double>&);
extern template void run_convolution_transpose(const Call<float>&);
extern template void run_convolution_transpose(const Call<double>&);
extern template void run_convolution_kernel(const Call<float>&);
extern template void run_convolution_kernel(const Call<double>&);

}  // namespace unfurl::ir
