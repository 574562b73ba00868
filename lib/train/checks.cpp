#include "train/checks.hpp"

#include <algorithm>
#include <cmath>

namespace unfurl {

using detail::cat;

void check_options(const Trainer& o, const Network& network, const DataSource& data) {
  if (!o.loss.per_sample)
    throw ScheduleError("the trainer has no loss", "", "set .loss, for example loss::squared_error(...)");
  if (!o.optimizer)
    throw ScheduleError("the trainer has no optimizer", "", "set .optimizer, for example Adam{}");
  if (!data.load || data.parts < 1)
    throw ScheduleError("the trainer has no data", "",
                        "give a source with a function that loads them and parts");
  if (o.epochs < 0 || o.batch < 1)
    throw ScheduleError(cat("a training of ", o.epochs, " epochs with batches of ", o.batch), "",
                        "epochs >= 0, and at least one sample in a batch");
  if (o.memory && network.unrolled().backward.recompute_every > 0)
    throw ScheduleError("the memory of a step is given, and which layers' values are kept, too", "",
                        "leave out recompute_every(k): it follows from the memory");
  if (o.curriculum < 1 || (o.curriculum > 1 && (o.curriculum > network.layers() || o.curriculum > o.epochs)))
    throw ScheduleError(cat("a curriculum of ", o.curriculum, " stages for ", network.layers(),
                            " layers and ", o.epochs, " epochs"),
                        "", "at least one stage, and a layer and an epoch for each");
  if (!(o.loss.tying_weight >= 0 && std::isfinite(o.loss.tying_weight)))
    throw ScheduleError(cat("a loss near the tied network with weight ", o.loss.tying_weight), "",
                        "give a weight of at least 0");
  if (!(o.loss.zero_weight >= 0 && std::isfinite(o.loss.zero_weight)))
    throw ScheduleError(cat("a loss near zero parameters with weight ", o.loss.zero_weight), "",
                        "give a weight of at least 0");
  if (!(o.average >= 0 && o.average <= 1))
    throw ScheduleError(cat("averages of the parameters over ", o.average, " of the training"), "",
                        "give a share of it, 0 .. 1");
  if (o.keep_best && !o.validation)
    throw ScheduleError("the best epoch is to be kept, but there are no validation data to tell it by", "",
                        "set .validation, or leave .keep_best false");
  if (o.patience < 0 || (o.patience > 0 && !o.validation))
    throw ScheduleError(cat("a training that ends after ", o.patience, " epochs that were not better",
                            o.validation ? "" : ", without validation data to tell by"),
                        "", "set .validation and a .patience of at least 1, or leave .patience 0");
  if (o.slots < 0 || o.slots > most_slots)
    throw ScheduleError(cat("batches in ", o.slots, " slots"), "",
                        cat("0 .. ", most_slots, ", where 0 leaves it to the network and the batch"));
  if (o.resume && !o.checkpoint)
    throw ScheduleError("the training is to be resumed, but has no checkpoint", "",
                        "set .checkpoint to its file, or leave .resume false");
  for (const Parameter& p : network.parameters()) check_values(p);
}

void check_validation(const Network& network, const Trainer& options) {
  const auto check = [&](const Network& one, const Dataset& data) {
    check_data(data, training_program(one.unrolled(), options.loss, Gradients::none).inputs);
  };
  if (options.validation->parts().empty()) check(network, *options.validation);
  for (const auto& [structure, part] : options.validation->parts()) check(network.of(structure), part);
  if (options.validation->samples() == 0)
    throw DataError("the validation data hold no samples", "", "leave them out, or give some");
}

void check_trained(const Network& network, const TrainingProgram& program, const OptimizerRule& optimizer) {
  // Every copy under its declared name, once.
  const auto names = [](auto begin, auto end, auto parameter_of, auto wanted) {
    std::string text, last;
    for (auto i = begin; i != end; ++i) {
      const Parameter& p = parameter_of(*i);
      if (p.base == last || !wanted(p)) continue;
      text += cat(text.empty() ? "" : ", ", "'", p.base, "'");
      last = p.base;
    }
    return text;
  };
  const std::vector<Parameter>& all = network.parameters();
  if (program.trained.empty()) {
    const std::string free = names(
        all.begin(), all.end(), [](const Parameter& p) -> const Parameter& { return p; },
        [](const Parameter& p) { return p.trained; });
    throw ScheduleError(
        "nothing to train: no parameter that the loss depends on is free", "",
        free.empty()
            ? "the network has no free parameters: unfreeze some, or untie them from frozen layers"
            : cat("free are ", free, ": take a loss that depends on them, with a weight that is not 0"));
  }
  if (program.gradients.empty()) {
    std::string ends;
    for (const std::string& end : program.ends) ends += cat(ends.empty() ? "" : ", ", end);
    const std::string which = names(
        program.trained.begin(), program.trained.end(),
        [&](std::size_t i) -> const Parameter& { return all[i]; }, [](const Parameter&) { return true; });
    throw ScheduleError(
        cat("nothing to train: no gradient of the loss reaches ", which,
            ends.empty() ? "" : ": it ends at " + ends),
        "",
        "take a loss of results that are smooth in them, or give the operation a gradient: Operation::vjp");
  }
  const auto stays = [&](const Parameter& p) {
    return !optimizer.trains(p.in().type().with(optimizer.positivity()));
  };
  const auto& trained = program.trained;
  if (!std::all_of(trained.begin(), trained.end(), [&](std::size_t i) { return stays(all[i]); })) return;
  const std::string rule = optimizer.describe(),
                    untrained = names(
                        trained.begin(), trained.end(),
                        [&](std::size_t i) -> const Parameter& { return all[i]; }, stays);
  throw ScheduleError(cat(rule.substr(0, rule.find(' ')), " would train nothing here: it cannot move ",
                          untrained, " in the space '", all[trained[0]].in().name(), "'"),
                      "", "train with Adam{}, or declare them in a space that it can move, such as nonneg");
}

}  // namespace unfurl
