#pragma once

#include "tools/topology/options.h"

namespace starling {

// Makes a CURVE key pair for each node, in the folder --output:
//
//   node-<i>.secret   for node i alone (mode 0600): its local.secret_key_file
//   public_keys.toml  for all: a [[node]] table for each node, to be merged into the address book
//
// Files that are there are never written over.
// Errors    UsageError without --nodes or --output; ConfigError for a file that is there; RunError.
void make_keys(const TopologyOptions& options);

}  // namespace starling
