# SPDX-License-Identifier: Apache-2.0
"""The benchmark of planted bugs: classifiers whose bugs are known, and twins that have none. See docs/planted.md."""
