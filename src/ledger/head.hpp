// What a head's signature covers. Thread safety: pure function.
#pragma once

#include <string>

#include "ledger/ledger.hpp"

namespace wider::ledger {

[[nodiscard]] std::string signed_message(const Head& head);

}  // namespace wider::ledger
