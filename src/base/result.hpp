// Result<T>: a value, or an expected operational failure that the caller must look at.
// Three kinds of error (STYLE): bad data is a value plus issues; an operational failure is a Result; a bug is a CHECK.
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace wider {

enum class ErrorCode {
  usage,          // the caller asked for something that does not exist or makes no sense
  not_found,      // a file, hub, person or record that is not there
  unreadable,     // a file or stream that could not be read or written
  malformed,      // input that does not follow its format
  already_there,  // something that must be new exists already
  locked,         // another process holds the hub
  corrupt,        // stored data fails its authentication or proof
  denied,         // access refused
  unavailable,    // a resource (disk, memory, network) that is not to be had now
};

// message: one sentence a practitioner can act on: what is wrong, where, and the remedy. No personal data.
struct Error {
  ErrorCode code;
  std::string message;
};

template <typename T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> failure(ErrorCode code, std::string message) {
  return std::unexpected<Error>(Error{code, std::move(message)});
}

}  // namespace wider
