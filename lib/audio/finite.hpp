/// Refusing samples that are not numbers, wherever they come in.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <string_view>

#include "unfurl/error.hpp"

namespace unfurl::audio {

/// Throws DataError when a sample is not finite; `first` is the place of the first one in its signal.
inline void require_finite(std::span<const float> samples, std::int64_t first, std::string_view what) {
  for (std::size_t i = 0; i < samples.size(); ++i)
    if (!std::isfinite(samples[i]))
      throw DataError(detail::cat(what, " holds a value that is not finite, at sample ",
                                  first + static_cast<std::int64_t>(i)),
                      {}, "find out what made it; samples are numbers, usually between -1 and 1");
}

}  // namespace unfurl::audio
