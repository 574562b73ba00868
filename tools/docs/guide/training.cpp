// An untied network learns from examples; training in two halves gives the bits of one.
#include <unfurl/schedule.hpp>

#include <cstdio>

#include "denoising.hpp"

using namespace unfurl;

int main() {
  const auto fresh = [] { return unroll(stripes(), SumProduct{}, 5).untie(all).compile(); };
  Network network = fresh(), interrupted = fresh();
  const Dataset examples = draw_stripes(1000, 1), held_back = draw_stripes(500, 2);
  const Loss loss = loss::cross_entropy("x", "clean");
  Trainer trainer{.loss = loss, .optimizer = Adam{.rate = 0.02}, .epochs = 4, .batch = 50};
  trainer.validation = held_back;
  trainer.on_epoch = [](const auto& e) { return std::printf("%5d  %.2f\n", e.epoch, *e.validation) > 0; };
  std::printf("epoch  validation loss\n    0  %.2f\n", evaluate_loss(network, loss, held_back));
  trainer.fit(network, fixed(examples));

  trainer.on_epoch = nullptr;
  trainer.checkpoint = "training.checkpoint";
  trainer.epochs = 2;
  trainer.fit(interrupted, fixed(examples));
  trainer.resume = true;
  trainer.epochs = 4;
  trainer.fit(interrupted, fixed(examples));
  const bool same = network.parameter("J@4").values == interrupted.parameter("J@4").values;
  std::printf("couplings of layer 4: %s\n", same ? "the same bits" : "others");
}
