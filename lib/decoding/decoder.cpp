// Decoders as users see them: their arguments are checked here.
#include "unfurl/decoding.hpp"

#include <cmath>
#include <limits>

#include "decoding/layer_decoder.hpp"
#include "unfurl/at.hpp"

namespace unfurl {

using detail::cat;

Decoder::Decoder(const BinaryMatrix& checks, const LayerPrograms& layers, Options options) {
  check_matrix(checks);
  if (layers.layers.empty())
    throw DataError("a network without layers cannot decode", "", "unroll at least one");
  if (options.osd && *options.osd < 0)
    throw DataError(cat("ordered statistics of order ", *options.osd), "Decoder::Options::osd",
                    "an order of 0 or more, or leave it out");
  impl_ = Impl::make(checks, layers, options);
}

namespace {

LayerPrograms layers_of(const Network& network) {
  if (!network.unrolled().made_by.by_layer)
    throw DataError("this network has no layers that run one by one", "",
                    "unroll one from a model of the code");
  LayerPrograms layers = network.unrolled().made_by.by_layer();
  for (Parameter& p : layers.parameters) p.values = network.parameter(p.name).values;
  return layers;
}

}  // namespace

Decoder::Decoder(const BinaryMatrix& checks, const Network& network, Options options)
    : Decoder(checks, layers_of(network), options) {}
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;
Decoder::~Decoder() = default;

bool Decoder::takes_syndromes() const { return impl_->syndromes; }

DecodedWords Decoder::decode(const double* llr, const std::uint8_t* syndromes, int words) {
  return impl_->decode(llr, syndromes, words);
}

Word Decoder::ordered_statistics(const double* llr, const double* channel, const std::uint8_t* syndrome,
                                 int order) const {
  return complete(*impl_, llr, channel, syndrome, order);
}

DecodedWords Decoder::decode(const std::vector<double>& llr, const std::vector<std::uint8_t>& syndromes) {
  const std::size_t n = at(impl_->checks.columns), m = impl_->checks.rows.size(), words = llr.size() / n;
  if (llr.size() % n != 0 || words > std::numeric_limits<int>::max())
    throw DataError(cat(llr.size(), " log-ratios for words of ", n, " bits"), "",
                    "give one for every bit of every word");
  if (syndromes.size() != (impl_->syndromes ? words * m : 0))
    throw DataError(
        cat(syndromes.size(), " bits of syndromes for ", words, " words and ", m, " checks"), "",
        impl_->syndromes ? "give a bit for every check of every word" : "this decoder takes none");
  for (std::size_t i = 0; i < llr.size(); ++i)
    if (std::isnan(llr[i]))
      throw DataError(cat("the log-ratio of bit ", i % n, " in word ", i / n, " is NaN"), "",
                      "give numbers, or infinities");
  for (std::size_t i = 0; i < syndromes.size(); ++i)
    if (syndromes[i] > 1)
      throw DataError(cat("bit ", i % m, " of syndrome ", i / m, " is ", static_cast<int>(syndromes[i])), "",
                      "bits are 0 or 1");
  for (std::size_t r = 0; r < m; ++r)
    for (std::size_t w = 0; impl_->checks.rows[r].empty() && w < words && impl_->syndromes; ++w)
      if (syndromes[w * m + r] != 0)
        throw DataError(cat("check ", r, " has no bits, but is odd in syndrome ", w), "",
                        "no word has this syndrome");
  return impl_->decode(llr.data(), syndromes.empty() ? nullptr : syndromes.data(), static_cast<int>(words));
}

}  // namespace unfurl
