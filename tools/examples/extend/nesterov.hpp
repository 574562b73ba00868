/// An optimizer of our own: momentum that looks ahead. What it remembers is in checkpoints, so that a training resumes to the
/// same bits.
#pragma once

#include <unfurl/train.hpp>

struct Nesterov {
  double rate = 0.01, momentum = 0.9;
  operator unfurl::Optimizer() const;
};
