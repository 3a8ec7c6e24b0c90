/* SPDX-License-Identifier: Apache-2.0 */
#include "server/health/cert.h"
#include <openssl/pem.h>
#include <stdio.h>

int64_t cert_until(const ASN1_TIME *t)
{
    int days = 0, seconds = 0;
    return ASN1_TIME_diff(&days, &seconds, NULL, t) ? (int64_t)days * 86400 + seconds : 0;
}

msec_t cert_end(const char *file)
{
    FILE *f = fopen(file, "re");
    X509 *x = f ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;
    msec_t ret = x ? clk_wall_ms() + cert_until(X509_get0_notAfter(x)) * 1000 : 0;
    X509_free(x);
    if (f)
        fclose(f);
    return ret;
}
