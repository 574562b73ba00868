#include "synthetic_texts.hpp"

namespace unfurl::audio::detail {
namespace {

Split train() {
  Split split{"train", 1, {}, {}, {}, {}, {}};
  split.talkers = {
      {"en-us", 42, 155},    {"en-us+f1", 55, 165}, {"en-us+m1", 35, 150}, {"en-us+f2", 62, 158},
      {"en-gb", 45, 170},    {"en-gb+f3", 58, 150}, {"en-us+m2", 50, 175}, {"en-gb-scotland+f2", 66, 160},
      {"en-us+m3", 30, 145}, {"en-us+f3", 70, 172}, {"en-gb+m4", 40, 162}, {"en-029+f1", 60, 152},
  };
  split.sentences = {
      "The baker opened the shop before the sun was up.",
      "My sister keeps three bicycles behind the garden wall.",
      "Please leave your boots beside the door when you come in.",
      "A long train of coal wagons rolled slowly through the valley.",
      "He measured the board twice and still cut it too short.",
      "The children found a nest of young owls in the old barn.",
      "We should be home by seven if the ferry leaves on time.",
      "Her letters were short, cheerful and full of small drawings.",
      "Nobody could explain why the clock in the hall had stopped.",
      "Fresh snow covered the path between the two villages.",
      "The teacher asked each of us to bring a stone from the beach.",
      "Good soup needs patience, an onion and a heavy pot.",
      "They painted the kitchen yellow and the hallway dark green.",
      "A thin column of smoke rose from the far side of the hill.",
      "I would rather walk in the rain than wait for another bus.",
      "The fisherman mended his nets and talked about the weather.",
      "Six empty chairs stood in a circle around the stove.",
      "Her brother plays the trumpet in a band on Thursday evenings.",
      "The museum is closed this week because the roof is leaking.",
      "Put the heavy books on the lower shelf and the lamp on top.",
      "Two dogs chased each other around the market square.",
      "It took the whole afternoon to carry the piano upstairs.",
      "The young doctor listened quietly and wrote everything down.",
      "Apples from that orchard taste best in the middle of October.",
  };
  split.noises = {
      {"pulsing", "synth 20 pinknoise tremolo 3 60"},
      {"gusts", "synth 20 brownnoise synth 20 noise amod 1.5 lowpass 3000"},
      {"clicks", "synth 0.06 whitenoise fade t 0 0.06 0.05 pad 0 0.17 repeat 86 highpass 900"},
      {"siren", "synth 1.3 sine 480:1150 synth 1.3 triangle mix 960:2300 repeat 14"},
  };
  split.crowd = {{"en-us+m5", 38, 165}, {"en-us+f4", 57, 178}, {"en-gb+m7", 44, 158}, {"en-us+m8", 52, 185}};
  split.paragraphs = {
      "Have you seen the new bridge? It opened last month, and the road to the harbour is quiet again.",
      "I told him twice that the meeting starts at nine, but he never writes anything down.",
      "We bought a tent and two sleeping bags, and then it rained for the whole of our holiday.",
      "Could you pass me the bread? Thank you. The butter is over there, next to the blue jug.",
  };
  return split;
}

Split dev() {
  Split split{"dev", 2, {}, {}, {}, {}, {}};
  split.talkers = {
      {"en-us+m6", 36, 152}, {"en-us+f5", 64, 168}, {"en-gb-x-rp", 48, 160},
      {"en-gb+f5", 54, 148}, {"en-us+m4", 46, 170}, {"en-gb-x-gbclan+f4", 68, 156},
  };
  split.sentences = {
      "The last boat to the island leaves at a quarter past four.",
      "She folded the map and put it back into her coat pocket.",
      "Our neighbour grows beans and pumpkins behind his garage.",
      "A loud knock at the window woke everybody in the house.",
      "You can see three church towers from the top of the tower.",
      "The river was so low that we crossed it without a bridge.",
  };
  // The first 20 seconds of each noise generator are the same in every run, so they are left to `train`.
  split.noises = {
      {"pulsing", "synth 32 pinknoise trim 20 tremolo 4.3 55"},
      {"gusts", "synth 32 brownnoise synth 32 noise amod 1.1 trim 20 lowpass 3400"},
      {"clicks", "synth 0.2 whitenoise trim 0.1 0.06 fade t 0 0.06 0.05 pad 0 0.21 repeat 43 highpass 700"},
      {"siren", "synth 1.7 sine 620:1000 synth 1.7 triangle mix 1240:2000 repeat 6"},
      {"engine", "synth 12 sawtooth 46 synth 12 brownnoise mix tremolo 11 45 lowpass 2500"},
  };
  split.crowd = {{"en-gb-scotland+m3", 41, 172},
                 {"en-029+f3", 59, 180},
                 {"en-gb+m6", 33, 160},
                 {"en-gb-x-rp+f1", 63, 166}};
  split.paragraphs = {
      "The tickets were cheaper than we thought, so we took the seats in the second row.",
      "If it stays dry tomorrow, I shall paint the fence and you can cut the hedge.",
      "They moved the post office to the other side of the square, next to the chemist.",
  };
  return split;
}

}  // namespace

std::vector<Split> synthetic_splits() { return {train(), dev()}; }

}  // namespace unfurl::audio::detail
