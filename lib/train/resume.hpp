// The way of an optimizer's memory into checkpoints and back.
#pragma once

#include "store/training_store.hpp"
#include "unfurl/checkpoint.hpp"
#include "unfurl/train.hpp"

namespace unfurl {

/// What a resumed training must have in common with the one before it, in words.
std::string describe(const Trainer& options);

template <class T>
void put_arrays(TrainingState& state, const std::vector<StateArray<T>>& arrays) {
  for (const StateArray<T>& a : arrays)
    state.arrays.emplace_back(a.name, std::vector<double>(a.values->begin(), a.values->end()));
}

/// Takes the arrays from a checkpoint, also from those of before arrays had names. Throws DataError where they are of another
/// network.
template <class T>
void take_arrays(const TrainingState& state, const std::vector<StateArray<T>>& arrays,
                 TrainingStore<T>& store, const std::string& where);

}  // namespace unfurl
