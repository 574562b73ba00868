// Layer after layer on a batch of words, from which those that are done are taken.
#pragma once

#include "unfurl/decoding.hpp"

namespace unfurl {

struct Decoder::Impl {
  Impl(const BinaryMatrix& c, Options o) : checks(c), options(o) {}
  virtual ~Impl() = default;
  static std::unique_ptr<Impl> make(const BinaryMatrix& checks, const LayerPrograms& layers,
                                    const Options& options);
  virtual DecodedWords decode(const double* llr, const std::uint8_t* syndromes, int words) = 0;

  BinaryMatrix checks;
  Options options;
  bool syndromes = false;
};

/// The word of ordered statistics. Of a code, what is surest stays as it is decided; of a syndrome, what is least likely an
/// error is none.
Word complete(const Decoder::Impl& d, const double* llr, const double* channel, const std::uint8_t* syndrome,
              int order);

}  // namespace unfurl
