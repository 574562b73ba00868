/// Sparse autoencoders whose encoder is K steps of proximal gradient descent on the dictionary that decodes:
///
///     z <- prox( z - t_k D_k' (D_k z - x) ),   picture = D z,
///
/// trained with the dictionaries, end to end. One step with a dictionary of its own is the usual untied autoencoder. D is a
/// matrix, a sum of convolutions, or either of them given by its Fourier modes, which belong to pictures of any resolution
/// (after SAE-NO, arXiv 2509.03738, whose body was not to be had: the setting is our own). Pictures may be lifted to several channels
/// and projected from them, and codes over pixels be sparse jointly: few kernels, at few places.
#include "models/models.hpp"
#include "models/sparse_autoencoder/atoms.hpp"
#include "models/sparse_autoencoder/code_pictures.hpp"
#include "models/sparse_autoencoder/model.hpp"
#include "models/sparse_autoencoder/transfer.hpp"

namespace unfurl::sparse_autoencoder_model {

namespace {

class AutoencoderProblem final : public Problem {
 public:
  AutoencoderProblem(std::shared_ptr<const Division> data, const Settings& settings)
      : data_(std::move(data)),
        settings_(settings),
        start_(data_, &data_->training),
        model_(declare(Choice(settings, start_), side)) {}

  const Model& model() const override { return model_; }
  Loss loss() const override { return loss::squared_error("picture", "x"); }
  Optimizer optimizer() const override { return Adam{.rate = 2e-3, .final_rate = 0.05, .clip = 10}; }
  int batch() const override { return 64; }
  DataSource training() const override { return fixed(as_data(data_->training)); }
  Dataset validation() const override { return as_data(data_->validation); }
  std::vector<Metric> evaluate(const Network& network) const override {
    return transfer(network, data_->test, dictionary_by_name(settings_.word("dictionary")));
  }
  std::vector<Illustration> illustrate(const std::vector<Exhibit>& networks,
                                       const std::filesystem::path&) const override {
    return code_pictures(networks, data_->test);
  }
  Network network(const Settings& settings) const override { return unfolded(model_, settings); }

  std::vector<Contender> contenders(const Settings& settings) const override {
    std::vector<Contender> rows;
    const auto add = [&](const std::string& name, const std::string& dictionary, const std::string& penalty,
                         const std::string& tying, int layers, bool trained, Role role = Role::other,
                         std::optional<int> epochs = {}, int channels = 1) {
      Settings other = settings;
      other.tying = tying;
      other.layers = layers;
      other.options["dictionary"] = dictionary;
      other.options["penalty"] = penalty;
      other.options["channels"] = std::to_string(channels);
      const auto problem = std::make_shared<const AutoencoderProblem>(data_, other);
      rows.push_back({.name = name,
                      .network = problem->network(other),
                      .trained = trained,
                      .epochs = epochs,
                      .role = role,
                      .problem = problem});
    };
    const int k = settings.layers;
    add("untrained", "dense", "topk", "tied", k, false, Role::untrained);
    add("one step, tied", "dense", "topk", "tied", 1, true);
    add("one step, untied", "dense", "topk", "untied", 1, true);
    add("tied", "dense", "topk", "tied", k, true, Role::tied);
    add("untied", "dense", "topk", "untied", k, true, Role::untied);
    add("soft threshold, tied", "dense", "soft", "tied", k, true);
    add("jump, tied", "dense", "jump", "tied", k, true);
    add("two channels, tied", "dense", "topk", "tied", k, true, Role::other, {}, 2);
    add("Fourier modes, tied", "fourier", "topk", "tied", k, true);
    const int few = std::max(1, settings.epochs / 5);
    add("convolution, tied", "convolution", "topk", "tied", k, true, Role::other, few);
    add("convolution, joint, tied", "convolution", "joint", "tied", k, true, Role::other, few);
    add("Fourier multiplier, tied", "multiplier", "topk", "tied", k, true, Role::other, few);
    return rows;
  }

 private:
  std::shared_ptr<const Division> data_;
  Settings settings_;
  std::shared_ptr<const Pictures> start_;
  Model model_;
};

class SparseAutoencoder final : public Task {
 public:
  explicit SparseAutoencoder(const AutoencoderSizes& sizes) : sizes_(sizes) {}
  std::string name() const override { return "sparse_autoencoder"; }
  std::string summary() const override {
    return "sparse codes of pictures at any resolution; data: a folder in MNIST's format, else that of the "
           "package dataset-fashion-mnist, else made at run time";
  }
  std::string data() const override { return "a folder with train- and t10k-images-idx3-ubyte.gz"; }
  Settings defaults() const override { return defaults_of("ista", 5, "tied", 15); }
  std::vector<Option> options() const override {
    return {{"dictionary", Option::Word{"dense", {"dense", "fourier", "convolution", "multiplier"}},
             "what codes are multiplied with"},
            {"penalty", Option::Word{"topk", {"topk", "soft", "jump", "joint"}},
             "what makes codes sparse; joint: few kernels at few pixels each"},
            {"nonzeros", Option::Whole{16, 1, atoms},
             "of a code, with topk and joint; eight times as many for convolutions"},
            {"concepts", Option::Whole{kernels / 2, 1, kernels}, "kernels that a picture has, with joint"},
            {"channels", Option::Whole{1, 1, 16},
             "that pictures are lifted to, each with a dictionary, and projected from; 1: none"}};
  }
  std::unique_ptr<Problem> prepare(const Settings& settings) const override {
    const Settings all = complete(*this, settings);
    return std::make_unique<AutoencoderProblem>(std::make_shared<const Division>(divide(sizes_, all)), all);
  }
  Model sketch(const Settings& settings) const override {
    return declare(Choice(complete(*this, settings), noise()), side);
  }
  Network sketch_network(const Settings& settings) const override {
    return unfolded(sketch(settings), complete(*this, settings));
  }

 private:
  static std::shared_ptr<const Pictures> noise() {
    return std::make_shared<const Pictures>(restore_model::make_pictures(side, 8, 1));
  }
  AutoencoderSizes sizes_;
};

}  // namespace

}  // namespace unfurl::sparse_autoencoder_model

std::shared_ptr<const unfurl::Task> unfurl::sparse_autoencoder(const AutoencoderSizes& sizes) {
  return std::make_shared<sparse_autoencoder_model::SparseAutoencoder>(sizes);
}
