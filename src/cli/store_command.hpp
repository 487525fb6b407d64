// The commands about where a hub lies and what proves it: copy, prove, check-proof, witness, backup, restore, drill.
// Thread safety: called from the main thread, or from the control socket's thread of a live hub.
#pragma once

#include <string>

#include "cli/commands.hpp"

namespace wider::cli {

struct ProveWords {
  std::uint64_t first = 1, last = 0;  // 0: to the end
  std::string since;                  // an older head: also prove that it is the beginning
  std::string out, head_out;
  std::string proof, head;
};
struct CopyWords {
  std::string from, to;
};
struct BackupWords {
  std::string folder, hub, until;
};
struct WitnessWords {
  std::string keep, head, proof;
};

struct KeysWords {
  std::string agency, new_key;
};
int keys(hub::Hub& hub, Streams& streams);  // how they stand
int rotate_keys(hub::Hub& hub, const KeysWords& words, const std::string& user, Streams& streams);

int copy(const CopyWords& words, Streams& streams);
int prove(hub::Hub& hub, const ProveWords& words, Streams& streams);
int check_proof(const ProveWords& words, Streams& streams);
// Keeps a head if it continues the last one kept; what does not is refused, and said.
int witness(const WitnessWords& words, Streams& streams);

int backup(hub::Hub& hub, const BackupWords& words, Streams& streams);
int restore(const BackupWords& words, Streams& streams);
// Restores into an empty folder, compares the tree heads, and removes it again.
int backup_drill(const BackupWords& words, Streams& streams);

}  // namespace wider::cli
