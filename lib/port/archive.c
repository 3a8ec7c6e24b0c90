/* SPDX-License-Identifier: Apache-2.0 */
#include "port/archive.h"
#include <string.h>

bool artifact_name_ok(const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f || strchr("\":<>|*?\\/", name[i]))
            return false;
    return n > 0 && n <= ARCHIVE_NAME_MAX && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}
