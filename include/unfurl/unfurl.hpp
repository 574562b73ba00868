/// Everything.
#pragma once

#include "unfurl/algorithms.hpp"
#include "unfurl/app.hpp"
#include "unfurl/audio.hpp"
#include "unfurl/checkpoint.hpp"
#include "unfurl/data.hpp"
#include "unfurl/draw.hpp"
#include "unfurl/error.hpp"
#include "unfurl/exact.hpp"
#include "unfurl/extend.hpp"
#include "unfurl/factors.hpp"
#include "unfurl/metrics.hpp"
#include "unfurl/model.hpp"
#include "unfurl/network.hpp"
#include "unfurl/schedule.hpp"
#include "unfurl/train.hpp"
