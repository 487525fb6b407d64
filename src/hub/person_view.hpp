// The person's page: who we think this is and why, who knows them, what happened, and the ties to others, each cut down
// to what the viewer may see. Pure over its arguments but for reading record bodies from the ledger.
#pragma once

#include "hub/pages.hpp"
#include "hub/projection.hpp"

namespace wider::hub {

// A view with an empty name: nothing of this person may be shown to this viewer. model: null where none is adopted yet.
[[nodiscard]] Result<PersonView> make_person_view(const Projection& projection, ledger::Ledger& ledger,
                                                  const linkage::Model* model, const Viewer& viewer, PersonId person,
                                                  const PersonQuery& query, Instant now);

// Whom to ring at an agency about a child it knows.
[[nodiscard]] std::string_view whom_to_ring(Agency agency);

}  // namespace wider::hub
