// SPDX-License-Identifier: Apache-2.0
// scotoma: finds the blind spots of image classifiers.
#include "program.h"

int main(int argc, char** argv) { return scotoma::run_program(argc, argv, {}); }
