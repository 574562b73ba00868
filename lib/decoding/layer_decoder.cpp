#include "decoding/layer_decoder.hpp"

#include <omp.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "backend/cpu/executor.hpp"
#include "decoding/lanes.hpp"
#include "passes/passes.hpp"
#include "unfurl/at.hpp"

namespace unfurl {

using decoding::LaneArray;
using detail::cat;

namespace {

constexpr const char *llr_name = "llr", *syndrome_name = "syndrome", *logit_name = "bit.logit";

bool carries(const LayerPrograms& layers, const std::string& name) {
  return std::any_of(layers.state.begin(), layers.state.end(), [&](const auto& s) { return s.name == name; });
}

/// The program of a layer with what decoding reads of it only.
ir::Graph stripped(const LayerPrograms& layers, ir::Graph graph) {
  std::erase_if(graph.outputs, [&](const auto& output) {
    return output.first != logit_name && !carries(layers, output.first);
  });
  return ir::optimize(graph);
}

template <class T>
class DecoderAs final : public Decoder::Impl {
 public:
  DecoderAs(const BinaryMatrix& c, const LayerPrograms& layers, Decoder::Options o)
      : Impl(c, o), count_(layers.count) {
    for (const auto& row : checks.rows)
      if (!row.empty()) ++factors_;
    std::vector<std::shared_ptr<const exec::Plan>> plans;
    for (const ir::Graph& graph : layers.layers) {
      check_inputs(layers, graph);
      plans.push_back(exec::make_plan(stripped(layers, graph)));
    }
    ir::Graph start = layers.initial;
    if (!start.outputs.empty()) plans.push_back(exec::make_plan(ir::optimize(start)));
    lanes_ = exec::tile_lanes(*plans[0], 1 << 20) / register_width * register_width;
    for (const Parameter& p : layers.parameters) values_.emplace_back(p.values.begin(), p.values.end());
    for (const auto& plan : plans) {
      auto& e = executors_.emplace_back(plan, options.threads);
      e.require_finite_results = false;
      e.keep_prelude = true;
      e.fixed_lanes = lanes_;
      for (std::size_t i = 0; i < values_.size(); ++i) e.bind(layers.parameters[i].name, values_[i].data());
    }
    threads_ = executors_[0].threads();
    llr_ = {at(checks.columns), lanes_};
    logit_ = llr_;
    bits_ = {at(checks.columns), lanes_};
    syndrome_ = {at(factors_), lanes_};
    for (const auto& s : layers.state) state_.emplace_back(s.type.size(), lanes_);
    arrays_ = {{llr_name, &llr_}, {syndrome_name, &syndrome_}, {logit_name, &logit_}};
    for (std::size_t i = 0; i < state_.size(); ++i) arrays_.emplace(layers.state[i].name, &state_[i]);
    unmet_ = {1, lanes_};
    exchange_.load = [this](const std::string& input, int first, int, T* to) {
      const LaneArray<T>& from = *arrays_.at(input);
      std::copy_n(from.tile(first / lanes_), from.tile_size(), to);
    };
    exchange_.store = [this](const std::string& output, int first, int, const T* from) {
      LaneArray<T>& to = *arrays_.at(output);
      std::copy_n(from, to.tile_size(), to.tile(first / lanes_));
    };
    if (!start.outputs.empty()) make_start();
  }

  DecodedWords decode(const double* llr, const std::uint8_t* given, int words) override {
    DecodedWords out;
    out.bits.resize(at(words) * at(checks.columns));
    out.llr.resize(out.bits.size());
    out.iterations.resize(at(words));
    out.met.resize(at(words));
    for (int first = 0; first < words;) {
      const int some = std::min(words - first, most_words());
      load(llr, given, first, some);
      for (int k = 0; k < count_ && !word_of_.empty(); ++k) {
        executors_[std::min(at(k), layers() - 1)].run(tiles() * lanes_, exchange_);
        look();
        take_done(k + 1, out);
      }
      first += some;
    }
    if (options.osd) improve(llr, given, out);
    return out;
  }

 private:
  static constexpr int register_width = 16;

  std::size_t layers() const { return executors_.size() - (state_.empty() ? 0 : 1); }
  int tiles() const { return static_cast<int>((word_of_.size() + at(lanes_) - 1) / at(lanes_)); }
  /// As many as fit a quarter of a gigabyte.
  int most_words() const {
    std::size_t entries = 3 * at(checks.columns) + at(factors_);
    for (const auto& s : state_) entries += s.entries();
    const std::size_t fit = (std::size_t{1} << 28) / (entries * sizeof(T)) / at(lanes_) * at(lanes_);
    return static_cast<int>(std::clamp<std::size_t>(fit, at(lanes_), 1 << 16));
  }

  void check_inputs(const LayerPrograms& layers, const ir::Graph& graph) {
    bool llr = false;
    for (int i = 0; i < graph.size(); ++i) {
      const ir::Node& node = graph[ir::Value{i}];
      if (!node.is_input() || carries(layers, node.name())) continue;
      const bool is_syndrome = node.name() == syndrome_name;
      llr = llr || node.name() == llr_name;
      syndromes = syndromes || is_syndrome;
      if ((!is_syndrome && node.name() != llr_name) ||
          node.type.rows != (is_syndrome ? factors_ : checks.columns))
        throw DataError(cat("the network reads '", node.name(), "' of ", node.type.rows,
                            " numbers, the code has ", checks.columns, " bits and ", factors_, " checks"),
                        "", "unroll decoding_model() of the same checks");
    }
    const bool bits = std::any_of(graph.outputs.begin(), graph.outputs.end(), [&](const auto& output) {
      return output.first == logit_name && graph.type(output.second).rows == checks.columns;
    });
    if (!llr || !bits)
      throw DataError("the network is none of this code", "", "unroll decoding_model() of the same checks");
  }

  /// The state before the first layer, which no data change.
  void make_start() {
    for (auto& s : state_) s.resize_tiles(1);
    llr_.resize_tiles(1);
    syndrome_.resize_tiles(1);
    executors_.back().run(lanes_, exchange_);
    for (auto& s : state_) start_.emplace_back(s.tile(0), s.tile(0) + s.tile_size());
  }

  void load(const double* llr, const std::uint8_t* given, int first, int words) {
    word_of_.resize(at(words));
    std::iota(word_of_.begin(), word_of_.end(), first);
    const int n = tiles(), m = static_cast<int>(checks.rows.size());
    llr_.resize_tiles(n);
    logit_.resize_tiles(n);
    bits_.resize_tiles(n);
    syndrome_.resize_tiles(n);
    unmet_.resize_tiles(n);
    for (auto& s : state_) s.resize_tiles(n);
#pragma omp parallel for schedule(static) num_threads(threads_) if (threads_ > 1)
    for (int t = 0; t < n; ++t) {
      for (std::size_t s = 0; s < state_.size(); ++s)
        std::copy(start_[s].begin(), start_[s].end(), state_[s].tile(t));
      for (int l = 0; l < lanes_; ++l) {  // the last word fills the last tile
        const std::size_t word = at(std::min(first + t * lanes_ + l, first + words - 1));
        const double* from = llr + word * at(checks.columns);
        T* to = llr_.word(t * lanes_ + l);
        for (std::size_t i = 0; i < at(checks.columns); ++i) to[i * at(lanes_)] = static_cast<T>(from[i]);
        if (given == nullptr) continue;
        T* odd = syndrome_.word(t * lanes_ + l);
        for (int r = 0, f = 0; r < m; ++r)
          if (!checks.rows[at(r)].empty())
            odd[at(f++) * at(lanes_)] = static_cast<T>(given[word * at(m) + at(r)]);
      }
    }
  }

  /// Decides all bits, and whether the checks of each word are met.
  void look() {
    const int n = tiles();
    bool contradiction = false;
#pragma omp parallel for schedule(static) num_threads(threads_) reduction(|| \
                                                                          : contradiction) if (threads_ > 1)
    for (int t = 0; t < n; ++t) {
      const T* logit = logit_.tile(t);
      std::uint8_t *bits = bits_.tile(t), *unmet = unmet_.tile(t);
      unsigned nan = 0;
      for (std::size_t i = 0; i < logit_.tile_size(); ++i) {
        bits[i] = logit[i] > 0 ? 1 : 0;
        nan |= logit[i] != logit[i] ? 1U : 0U;
      }
      contradiction = contradiction || nan != 0;
      const auto width = at(lanes_);
      std::fill_n(unmet, width, std::uint8_t{0});
      std::vector<std::uint8_t> parity(width);
      int f = 0;
      for (const auto& row : checks.rows) {
        if (row.empty()) continue;
        const T* odd = syndrome_.tile(t) + at(f++) * width;
        for (std::size_t l = 0; l < width; ++l) parity[l] = syndromes && odd[l] > 0 ? 1 : 0;
        for (const int c : row)
          for (std::size_t l = 0; l < width; ++l) parity[l] ^= bits[at(c) * width + l];
        for (std::size_t l = 0; l < width; ++l) unmet[l] |= parity[l];
      }
    }
    if (contradiction)
      throw NumericalError("log-ratios that are certain contradict the checks", "",
                           "give finite log-ratios for bits that may be wrong");
  }

  /// Words that stop together go when the checks of all of them are met.
  std::vector<bool> find_done(int words) const {
    const int together = std::max(1, options.stop_together);
    std::vector<bool> open(at(words / together) + 1);
    for (std::size_t slot = 0; slot < word_of_.size(); ++slot)
      if (word_of_[slot] >= 0 && (!options.early_stop || *unmet_.word(static_cast<int>(slot)) != 0))
        open[at(word_of_[slot] / together)] = true;
    return open;
  }

  void take_done(int iteration, DecodedWords& out) {
    const auto words = static_cast<int>(word_of_.size());
    const bool last = iteration == count_;
    const std::vector<bool> open = find_done(static_cast<int>(out.met.size()));
    int active = 0;
    for (int slot = 0; slot < words; ++slot) {
      if (word_of_[at(slot)] < 0) continue;
      const bool met = *unmet_.word(slot) == 0;
      if (!last && open[at(word_of_[at(slot)] / std::max(1, options.stop_together))]) {
        ++active;
        continue;
      }
      const std::size_t word = at(word_of_[at(slot)]), n = at(checks.columns);
      const std::uint8_t* bits = bits_.word(slot);
      const T* logit = logit_.word(slot);
      for (std::size_t i = 0; i < n; ++i) {
        out.bits[word * n + i] = bits[i * at(lanes_)];
        out.llr[word * n + i] = static_cast<double>(-logit[i * at(lanes_)]);
      }
      out.iterations[word] = iteration;
      out.met[word] = met ? 1 : 0;
      word_of_[at(slot)] = -1;
    }
    if ((active + lanes_ - 1) / lanes_ * 5 <= tiles() * 4 || active == 0) pack(active);
  }

  /// Moves the words that are left to the front.
  void pack(int active) {
    std::vector<std::pair<int, int>> moves;
    int from = static_cast<int>(word_of_.size());
    for (int to = 0; to < active; ++to) {
      if (word_of_[at(to)] >= 0) continue;
      do --from;
      while (word_of_[at(from)] < 0);
      moves.emplace_back(from, to);
    }
    const auto move = [&](auto& array) {
      const auto n = static_cast<int>(moves.size());
#pragma omp parallel for schedule(static) num_threads(threads_) if (threads_ > 1)
      for (int i = 0; i < n; ++i) array.move(moves[at(i)].first, moves[at(i)].second);
    };
    for (auto& s : state_) move(s);
    move(llr_);
    if (syndromes) move(syndrome_);
    for (const auto& [a, b] : moves) word_of_[at(b)] = word_of_[at(a)];
    word_of_.resize(at(active));
  }

  void improve(const double* llr, const std::uint8_t* given, DecodedWords& out);

  int count_, factors_ = 0, lanes_ = 0, threads_ = 1;
  std::vector<std::vector<T>> values_, start_;
  std::vector<exec::Executor<T>> executors_;  // of the layers, then of the start where there is a state
  exec::Exchange<T> exchange_;
  LaneArray<T> llr_, logit_, syndrome_;
  std::vector<LaneArray<T>> state_;
  std::map<std::string, LaneArray<T>*> arrays_;  // of the layers' inputs and outputs
  LaneArray<std::uint8_t> bits_, unmet_;
  std::vector<int> word_of_;  // of every slot; -1: done
};

template <class T>
void DecoderAs<T>::improve(const double* llr, const std::uint8_t* given, DecodedWords& out) {
  const auto words = static_cast<int>(out.met.size());
  const std::size_t n = at(checks.columns), m = checks.rows.size();
  std::string failure;
#pragma omp parallel for schedule(dynamic, 8) num_threads(threads_) if (threads_ > 1)
  for (int w = 0; w < words; ++w) {
    if (out.met[at(w)] != 0) continue;
    try {
      const Word word = complete(*this, out.llr.data() + at(w) * n, llr + at(w) * n,
                                 given == nullptr ? nullptr : given + at(w) * m, *options.osd);
      std::copy(word.begin(), word.end(), out.bits.begin() + static_cast<std::ptrdiff_t>(at(w) * n));
      out.met[at(w)] = 1;
    } catch (const DataError&) {  // a syndrome that no word has stays unmet
    }
  }
}

}  // namespace

std::unique_ptr<Decoder::Impl> Decoder::Impl::make(const BinaryMatrix& checks, const LayerPrograms& layers,
                                                   const Options& options) {
  if (options.precision == Precision::f32) return std::make_unique<DecoderAs<float>>(checks, layers, options);
  return std::make_unique<DecoderAs<double>>(checks, layers, options);
}

}  // namespace unfurl
