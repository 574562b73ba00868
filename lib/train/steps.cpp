#include "train/steps.hpp"

#include <algorithm>

#include "train/memory_limit.hpp"
#include "unfurl/ranks.hpp"

namespace unfurl {

using detail::cat;

namespace {

/// sum += part, or sum = part at first; a missing part is zero.
template <class T>
void add_to(std::vector<T>& sum, bool& begun, const T* part, std::size_t size) {
  if (!part) return;
  sum.resize(size);
  for (std::size_t i = 0; i < size; ++i) sum[i] = begun ? sum[i] + part[i] : part[i];
  begun = true;
}

}  // namespace

template <class T>
Steps<T>::Steps(const Network& network, const Loss& loss, const OptimizerRule& rule, int layers, int threads,
                std::optional<Limit> limit, Sharing sharing)
    : network_(network),
      loss_(loss),
      rule_(rule),
      layers_(layers),
      threads_(threads),
      limit_(limit),
      sharing_(sharing),
      own_(program(network.unrolled())),
      store_(network.parameters()) {
  store_.begin(own_.trained, rule_, threads_);
  sums_.resize(store_.updates().size());
}

template <class T>
TrainingProgram Steps<T>::program(const Unrolled& network, Gradients gradients) const {
  const ir::Cancel cancel = rule_.cancel_per_layer() ? ir::Cancel::per_layer : ir::Cancel::never;
  const bool all_kept = limit_ && gradients != Gradients::none;
  return training_program(network, loss_, gradients, cancel, layers_,
                          all_kept ? std::optional(0) : std::nullopt);
}

template <class T>
TrainingProgram Steps<T>::program(const Unrolled& network) const {
  TrainingProgram p = program(network, rule_.split() ? Gradients::split : Gradients::ordinary);
  if (limit_)
    fit_in(limit_->bytes, p, network, rule_, {limit_->samples, threads_, sizeof(T), sharing_.slots});
  return p;
}

template <class T>
typename Steps<T>::Programs& Steps<T>::programs_of(const Structure& structure) {
  Programs& made = programs_[structure];
  if (made.run) return made;
  const auto make = [&](const Unrolled& u, TrainingProgram p) {
    return std::make_unique<TrainingRun<T>>(std::move(p), u.parameters.all(), store_, threads_, sharing_);
  };
  const auto make_both = [&](const Unrolled& u, TrainingProgram p) {
    if (rule_.backtracking() > 0) made.loss_only = make(u, program(u, Gradients::none));
    made.run = make(u, std::move(p));
  };
  if (structure.empty()) {
    make_both(network_.unrolled(), own_);
  } else {
    const Network other = network_.of(structure);
    make_both(other.unrolled(), program(other.unrolled()));
  }
  return made;
}

template <class T>
void Steps<T>::prepare(const Dataset& data, int batch) {
  if (data.parts().empty()) check_data(data, programs_of({}).run->program().inputs);
  for (const auto& [structure, part] : data.parts())
    check_data(part, programs_of(structure).run->program().inputs);
  check_ranks(data, batch);
}

/// Of several structures the one with the most samples counts: others may leave ranks without work.
template <class T>
void Steps<T>::check_ranks(const Dataset& data, int batch) {
  if (!sharing_.ranks || sharing_.ranks->size() == 1) return;
  int slots = sharing_.slots;
  const auto count = [&](const Structure& structure, int samples) {
    slots = std::max(
        slots, exec::tiling(programs_of(structure).run->executor().plan(), std::min(batch, samples)).slots);
  };
  if (slots == 0 && data.parts().empty()) count({}, data.samples());
  if (slots == 0)
    for (const auto& [structure, part] : data.parts()) count(structure, part.samples());
  if (sharing_.ranks->size() <= slots) return;
  throw ScheduleError(cat(sharing_.ranks->size(), " processes for a training whose batches have ", slots,
                          slots == 1 ? " slot" : " slots"),
                      "",
                      cat("start ", slots == 1 ? "one process" : cat("at most ", slots),
                          ", or give more slots, in a new run, for other bits: --slots, Trainer::slots"));
}

template <class T>
double Steps<T>::run(const std::vector<Piece>& step) {
  const int samples = samples_of(step);
  double loss = 0;
  for (Sums& s : sums_) s.has_gradient = s.has_plus = s.has_minus = false;
  for (const Piece& piece : step) {
    TrainingRun<T>& run = *programs_of(*piece.structure).run;
    loss += run.run(*piece.data, piece.order, piece.count, samples);
    if (step.size() == 1)
      point_to(run);
    else
      add(run);
  }
  return loss;
}

template <class T>
double Steps<T>::loss(const std::vector<Piece>& step) {
  double loss = 0;
  for (const Piece& piece : step)
    loss +=
        programs_of(*piece.structure).loss_only->run(*piece.data, piece.order, piece.count, samples_of(step));
  return loss;
}

template <class T>
std::pair<std::size_t, std::size_t> Steps<T>::memory() const {
  std::pair<std::size_t, std::size_t> bytes;
  for (const auto& [structure, programs] : programs_)
    if (programs.run) {
      bytes.first += programs.run->executor().memory();
      bytes.second += programs.run->executor().memory_of_tiles();
    }
  return bytes;
}

template <class T>
void Steps<T>::point_to(const TrainingRun<T>& run) {
  for (std::size_t k = 0; k < sums_.size(); ++k) {
    Update<T>& u = store_.updates()[k];
    u.gradient = run.gradient(Part::gradient, store_.parameter(k));
    u.plus = run.gradient(Part::plus, store_.parameter(k));
    u.minus = run.gradient(Part::minus, store_.parameter(k));
  }
}

template <class T>
void Steps<T>::add(const TrainingRun<T>& run) {
  for (std::size_t k = 0; k < sums_.size(); ++k) {
    Update<T>& u = store_.updates()[k];
    Sums& s = sums_[k];
    add_to(s.gradient, s.has_gradient, run.gradient(Part::gradient, store_.parameter(k)), u.size());
    add_to(s.plus, s.has_plus, run.gradient(Part::plus, store_.parameter(k)), u.size());
    add_to(s.minus, s.has_minus, run.gradient(Part::minus, store_.parameter(k)), u.size());
    u.gradient = s.has_gradient ? s.gradient.data() : nullptr;
    u.plus = s.has_plus ? s.plus.data() : nullptr;
    u.minus = s.has_minus ? s.minus.data() : nullptr;
  }
}

template class Steps<float>;
template class Steps<double>;

}  // namespace unfurl
