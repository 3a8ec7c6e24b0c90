/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold between rows. Private to lib/store/sqlite; the statements are not among those of sql.h, because no
 * connection needs them but that of an audit. */
#pragma once
#include "base/mem.h"

struct audit_rule {
    const char *check, *text;
    const char *find; /* selects ids */
    const char *mend;
};
extern const struct audit_rule audit_rules[]; /* check NULL at the end */

struct audit_words { /* a column that holds one of our names */
    const char *table, *column;
    const char *const *names;
    int n;
};
extern const struct audit_words audit_words[]; /* table NULL at the end */
