#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "node/simulation/verdict.h"

namespace starling {

// What befell all seeds of a series, and what came of it: the table that shows what was covered.
class Tally {
 public:
  void add(const FaultPlan& plan, const SimOutcome& outcome, const SimVerdict& verdict,
           double grace_s);
  std::uint64_t failed() const { return failed_; }
  nlohmann::ordered_json json() const;
  void print() const;

 private:
  std::vector<std::pair<std::string, std::uint64_t>> rows() const;
  void add_views(const SimEnding& end);

  std::uint64_t seeds_ = 0, failed_ = 0, may_lose_ = 0, hit_ = 0, liars_ = 0, compared_ = 0;
  std::uint64_t faults_[kFaultKinds] = {}, amid_[kFaultKinds] = {};  // amid: before the run's end
  std::uint64_t restarts_ = 0, joined_ = 0, resumed_ = 0, switched_ = 0;
  std::uint64_t views_ = 0, smaller_ = 0, larger_ = 0, relinked_ = 0;  // on single nodes
  std::uint64_t lost_ = 0, too_late_ = 0;
  FrameWatch::Counts wire_;
  SimNetwork::Counts network_;
  std::map<std::string, std::uint64_t> drops_;
  double virtual_s_ = 0;
  std::vector<double> recovery_s_;  // from the last fault to the last view begun after it
};

}  // namespace starling
