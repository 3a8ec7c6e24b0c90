/* SPDX-License-Identifier: Apache-2.0 */
/* What systemd is told of a service with Type=notify: a datagram to the socket that NOTIFY_SOCKET names. Without one
 * nothing is done. Source: sd_notify(3), sd_watchdog_enabled(3). */
#pragma once
#include "base/clk.h"

/* Lines like "READY=1"; false: nobody listens, or it could not be sent. */
bool notify_tell(const char *lines);
/* How often the watchdog wants to be fed, at the latest; 0 = there is none for this process. */
msec_t notify_watchdog_ms(void);
