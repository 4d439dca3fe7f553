// SPDX-License-Identifier: Apache-2.0
// The schedulers of diffusion models that a study can ask for.
#pragma once

#include <array>

#include "scotoma/core/names.h"

namespace scotoma {

enum class SchedulerKind {
  of_folder,  ///< what the model's folder says
  ddim,
  ddpm,
  pndm,
  lms,
  euler,
  euler_ancestral,
  heun,
  dpm2,
  dpm2_ancestral,
  dpmsolver,      ///< of the order that the folder says; 2 where it says nothing
  dpmsolver_3m,   ///< of order 3
  dpmsolver_sde,  ///< with fresh noise at every step
  dpmsolver_singlestep,
  unipc,
  deis,
  lcm,
  tcd,
};

constexpr std::array<Named<SchedulerKind>, 18> names_of(SchedulerKind) {
  return {{{SchedulerKind::of_folder, ""},
           {SchedulerKind::ddim, "ddim"},
           {SchedulerKind::ddpm, "ddpm"},
           {SchedulerKind::pndm, "pndm"},
           {SchedulerKind::lms, "lms"},
           {SchedulerKind::euler, "euler"},
           {SchedulerKind::euler_ancestral, "euler-ancestral"},
           {SchedulerKind::heun, "heun"},
           {SchedulerKind::dpm2, "dpm2"},
           {SchedulerKind::dpm2_ancestral, "dpm2-ancestral"},
           {SchedulerKind::dpmsolver, "dpmsolver++"},
           {SchedulerKind::dpmsolver_3m, "dpmsolver++3m"},
           {SchedulerKind::dpmsolver_sde, "sde-dpmsolver++"},
           {SchedulerKind::dpmsolver_singlestep, "dpmsolver-singlestep"},
           {SchedulerKind::unipc, "unipc"},
           {SchedulerKind::deis, "deis"},
           {SchedulerKind::lcm, "lcm"},
           {SchedulerKind::tcd, "tcd"}}};
}

}  // namespace scotoma
