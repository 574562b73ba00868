/// Turned pictures as domains: classes of Fashion-MNIST [Xiao17], every angle a domain of its own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "unfurl/data.hpp"

namespace unfurl::common_pca_model {

/// Angles of the domains, in degrees; one of them is held out.
constexpr int angles[] = {0, 15, 30, 45, 60, 75};
constexpr int sources = 5;

/// Pictures of 14 x 14 pixels, in windows of 5 x 5 that are 3 apart: what a convolution sees.
constexpr int small_side = 14, window = 5, places = 16, labels = 10;
/// In a mini-batch: pictures of each domain whose covariances count, and others that are to be classified.
constexpr int per_source = 24, queries = 40;

class TurnedPictures {
 public:
  /// From a folder in MNIST's format, or of none from that of Debian's dataset-fashion-mnist: 1000 training pictures of
  /// each source, others for each, and 1000 test pictures turned by `held_out` degrees. Throws DataError without them.
  TurnedPictures(const std::filesystem::path& folder, int held_out);
  /// So many mini-batches: "sources", domain by domain, "queries" and their "labels", of the sources' own pictures.
  Dataset batches(int count, std::uint64_t seed) const;
  /// The same with every test picture once among the queries.
  Dataset test(std::uint64_t seed) const;

 private:
  /// Windows of one picture, place by place.
  struct Turned {
    std::vector<float> windows;
    int label = 0;
  };
  template <class Query>
  Dataset made(int count, std::uint64_t seed, const Query& query) const;
  std::vector<std::vector<Turned>> domains_;
  std::vector<Turned> test_;
};

}  // namespace unfurl::common_pca_model
