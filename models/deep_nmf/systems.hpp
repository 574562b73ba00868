/// Which systems for speech enhancement are compared with each other.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "unfurl/exhibit.hpp"

namespace unfurl {

/// An unfolded network, of the task with other options.
struct SpeechSystem {
  std::string name;
  int layers = 0;
  std::string tying = "tied";
  std::map<std::string, std::string> options{};
  bool trained = true;
  std::string note{};
  int curriculum = 1;       ///< stages of Trainer::curriculum
  double near_tied = 0;     ///< weight of Loss::near_tied
  std::string algorithm{};  ///< empty: the task's
  Role role = Role::other;
};

/// A feed-forward mask with two hidden layers.
struct SpeechMask {
  int hidden = 0;  ///< 0: such that it has `times` the parameters of the untied network
  double times = 1;
  int around = 0;  ///< frames that it sees on either side; 0: as the task
};

struct SpeechSystems {
  std::vector<SpeechSystem> unfolded{};
  std::vector<SpeechMask> masks{};
  bool semi_supervised = false;
  bool own_depths = false;  ///< whatever number of layers is asked for
};

/// What plain inference works best with [LeRoux15]; networks that are trained do better with a fraction of the sparsity.
std::map<std::string, std::string> plain_inference();

/// The systems of a comparison by name: "few", "paper" (of the published experiment [LeRoux15] and around it), "untying"
/// (between tied and untied), "optimizers", "depth" (tied and untied with 2 to 25 layers), "relatives" (layers
/// that look at other frames, and proximal ones), "masks". "tied" has a dictionary of its own for the mask. Throws InternalError for other names.
SpeechSystems speech_systems(const std::string& name, int layers);

}  // namespace unfurl
