/* SPDX-License-Identifier: Apache-2.0 */
/* The files that `fettle init` writes as they are. */
#pragma once

extern const char init_fettle_yaml[], init_repositories_yaml[], init_workflow[];
