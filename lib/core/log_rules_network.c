/* SPDX-License-Identifier: Apache-2.0 */
/* What tools say when the network or a server fails them. */
#include "core/log_rule_table.h"

static const char again_hint[] = "the network or the other side was at fault; the same may work in a while";

static const struct log_rule rules[] = {
    {"curl-resolve", FAILURE_NETWORK, 93, "could not resolve (host|proxy)|curl: \\((5|6)\\)",
     "the name of the host was not found: look at DNS and the URL"},
    {"curl-transfer", FAILURE_NETWORK, 93,
     "curl error:? \\(?(6|7|16|18|28|35|52|55|56|92)\\b|curl: \\((7|16|18|28|35|52|55|56|92|95|96)\\)", again_hint},
    {"http-download-error", FAILURE_NETWORK, 86,
     "returned error: 5\\d\\d|error 5\\d\\d: (service unavailable|bad gateway|gateway time|internal server)",
     again_hint},
    {"wget", FAILURE_NETWORK, 88,
     "wget: unable to resolve host|unable to establish SSL connection|read error at byte \\d+", again_hint},
    {"dns", FAILURE_NETWORK, 89,
     "could not resolve '|temporary failure (in name resolution|resolving)|name or service not known|"
     "nodename nor servname|getaddrinfo (ENOTFOUND|EAI_AGAIN|EAI_FAIL)|EAI_AGAIN|dial tcp: lookup |no such host|"
     "UnknownHostException|name does not resolve|server misbehaving|NXDOMAIN|failed to lookup address|gaierror|"
     "unknown host|dns (lookup|resolution|query|server).{0,40}(fail|error|time|unreach)|could not resolve hostname",
     "the name of the host was not found: look at DNS and the URL"},
    {"connection-reset", FAILURE_NETWORK, 78,
     "connection reset by peer|connection (was |has been )?(unexpectedly )?reset|ECONNRESET|socket hang up|"
     "forcibly closed by the remote|connection (was |has been )?(unexpectedly |abruptly )?(closed|aborted|dropped|"
     "lost|broken|interrupted|terminated)\\b|closed connection without response|remote end closed connection|"
     "server disconnected|ECONNABORTED|ERR_CONNECTION_(RESET|CLOSED|ABORTED)",
     again_hint},
    {"connection-refused", FAILURE_NETWORK, 68,
     "connection (was |has been |is )?(actively )?refused|ECONNREFUSED|actively refused it|refused (the|our|"
     "a) connection|refus\\w+ to connect|failed to connect to .{1,80} port|couldn'?t connect to server|"
     "could not connect to server|unable to connect to|failed to establish a (new )?connection|ERR_CONNECTION_REFUSED",
     "nobody listened at that address: is the service up?"},
    {"connection-timeout", FAILURE_NETWORK, 80,
     "connection( attempt)? timed? ?out|connect(ion)? timeout|ETIMEDOUT|ESOCKETTIMEDOUT|ERR_SOCKET_TIMEOUT|"
     "read timed out|read timeout on|request timed out|request timeout|i/o timeout|SocketTimeoutException|"
     "ConnectTimeout|ReadTimeout|Client\\.Timeout exceeded|timeout awaiting response headers|"
     "net/http: (request canceled|timeout)|ERR_(CONNECTION_)?TIMED_OUT|gateway time-?out|(http|dial|get|post|"
     "head) .{0,200}context deadline exceeded|network timeout",
     again_hint},
    {"unreachable", FAILURE_NETWORK, 86,
     "connection failed \\[IP|network is unreachable|no route to host|ENETUNREACH|EHOSTUNREACH|host is (unreachable|"
     "down)|network is down|ERR_(INTERNET_DISCONNECTED|NETWORK_CHANGED|ADDRESS_UNREACHABLE)|NoRouteToHostException",
     again_hint},
    {"tls", FAILURE_NETWORK, 84,
     "peer shut down incorrectly|could not handshake|received fatal alert|peer not authenticated|TLS handshake|"
     "SSL handshake|handshake (failure|failed|timeout|timed out|error)|SSL_ERROR_SYSCALL|SSLHandshakeException|"
     "SSLException|SSLError|gnutls_handshake|GnuTLS (recv )?error|TLS connection was non-properly terminated|"
     "unexpected eof while reading|remote host terminated the handshake|bad record mac|"
     "EOF occurred in violation of protocol|SSL connect error|(tls|ssl) (negotiation|connection) (failed|error|"
     "could not)",
     again_hint},
    {"truncated", FAILURE_NETWORK, 82,
     "premature end of (content|chunk|file|stream)|content-length delimited message body|early EOF|"
     "the remote end hung up unexpectedly|IncompleteRead|incomplete (read|download|transfer|response)|"
     "transfer closed with|unexpected disconnect while reading|error: RPC failed|ChunkedEncodingError|"
     "ERR_(CONTENT_LENGTH_MISMATCH|INCOMPLETE_CHUNKED_ENCODING)|unexpected end of (stream|archive|zlib|gzip|"
     "compressed)|gzip: .{0,60}unexpected end of file|(archive|jar|zip|tarball|file|package)s? .{0,60}(truncated|"
     "incomplete|only partially)|(corrupted|broken) or incomplete|incomplete or (corrupted|broken)|"
     "error in opening zip file|zip END header not found|invalid (LOC|CEN) header|download (was )?(interrupted|"
     "incomplete|aborted)|partial (file|content|download)|unexpected EOF",
     "a download ended before its end; remove what was cached of it and try again"},
    {"checksum", FAILURE_NETWORK, 64,
     "hash sum mismatch|EINTEGRITY|checksum (mismatch|verification failed|does not match|did not match)|(sha1|sha256|"
     "sha512|md5)\\w* (mismatch|checksum (mismatch|failed))|integrity check(sum)? failed|digest mismatch|"
     "checksum validation failed",
     "what came is not what was expected: a mirror in the middle of an update, or a damaged cache"},
    {"http-5xx", FAILURE_NETWORK, 78,
     "return code is:? 5\\d\\d|\\(50[0234]\\)|unexpected HTTP response: 5\\d\\d|"
     "responded with (status )?(code )?5\\d\\d|502 bad gateway|bad gateway|503 service|service (is )?(temporarily |"
     "currently )?unavailable|HTTP(/\\d(\\.\\d)?)? ?50[234]|HTTP (status|error|code|response)( code)?:? ?5\\d\\d|"
     "status(:| code:?| code is|=)? ?(500|50[234]|52\\d)\\b|response code:? 5\\d\\d|"
     "unexpected status code.{0,80} 5\\d\\d|received unexpected HTTP status: 5|HTTPError: 5\\d\\d|"
     "server error: 5\\d\\d|\\b5\\d\\d server error|error code: 52\\d",
     "the other side answered with an error of its own; the same may work in a while"},
    {"http-500", FAILURE_NETWORK, 60, "500 internal server error|internal server error",
     "the other side answered with an error of its own"},
    {"npm-network", FAILURE_NETWORK, 92,
     "YN0001: .{0,80}RequestError|RequestError: |npm (err!|error) (code|errno) (ETIMEDOUT|ECONNRESET|ENOTFOUND|"
     "EAI_AGAIN|ECONNREFUSED|ESOCKETTIMEDOUT|ERR_SOCKET_TIMEOUT|UND_ERR_\\w+|E50\\d)|npm (err!|error) network|"
     "UND_ERR_(CONNECT_TIMEOUT|SOCKET|HEADERS_TIMEOUT)|FetchError: request to|request to https?://\\S+ failed|"
     "TypeError: fetch failed|ERR_PNPM_(META_FETCH_FAIL|FETCH_5)|trouble with your network connection",
     again_hint},
    {"maven-transfer", FAILURE_NETWORK, 84,
     "could not transfer (artifact|metadata)|failed to transfer (file|artifact)|transfer failed for https?:",
     again_hint},
    {"gradle-transfer", FAILURE_NETWORK, 86,
     "could not install gradle distribution|downloading https?://services\\.gradle\\.org\\S+ failed|could not (get|"
     "head) 'https?:|could not (download|get resource) |Downloading from https?://\\S+ failed",
     again_hint},
    {"pip-network", FAILURE_NETWORK, 88,
     "could not fetch URL|HTTPS?ConnectionPool|NewConnectionError|ReadTimeoutError|max retries exceeded with url|"
     "ProtocolError",
     again_hint},
    {"pip-gave-up", FAILURE_NETWORK, 97, "Retry\\(total=0", again_hint},
    {"cargo-network", FAILURE_NETWORK, 84,
     "spurious network error|unable to update registry|failed to download from|failed to fetch `https?:|"
     "download of .{1,120} failed|failed to query replaced source registry",
     again_hint},
    {"go-network", FAILURE_NETWORK, 80,
     "dial tcp \\S+: (connect|i/o)|proxyconnect tcp|reading https?://\\S+: 5\\d\\d|reading https?://proxy\\S+: |"
     "go: .{0,200}(i/o timeout|connection reset|unexpected EOF)",
     again_hint},
    {"nuget-network", FAILURE_NETWORK, 92, "NU1301|unable to load the service index", again_hint},
    {"registry", FAILURE_NETWORK, 88,
     "error response from daemon: get \\\"?https?:|error response from daemon: .{0,200}(timeout|eof|refused|"
     "unavailable|canceled while waiting)|failed to (do request|fetch (oauth|anonymous) token|"
     "resolve source metadata)|error pulling image|failed to copy: httpReadSeeker|"
     "error parsing HTTP \\d+ response body|failed to pull (image|and unpack)|error initializing source docker|"
     "pinging container registry",
     again_hint},
    {"apt-network", FAILURE_NETWORK, 88,
     "E: failed to fetch|unable to fetch some archives|some index files failed to download|"
     "could not connect to \\S+:\\d+|release file for .{1,120} is (not valid yet|expired)|"
     "errors during downloading metadata|cannot download repomd\\.xml|failed to download metadata for repo|"
     "all mirrors were (already )?tried",
     again_hint},
    {"git-access", FAILURE_NETWORK, 86,
     "expected 'packfile'|bad pack header|expected flush after|fatal: unable to access 'https?:|RPC failed; (curl|"
     "http|result)|fatal: the remote end hung up|fatal: early EOF|fetch-pack: (unexpected disconnect|"
     "invalid index-pack)",
     again_hint},
    {"ssh-connect", FAILURE_NETWORK, 91,
     "ssh: connect to host \\S+ port \\d+: (connection|no route|network|operation)|ssh: could not resolve hostname|"
     "kex_exchange_identification|ssh_exchange_identification|connection closed by (remote host|\\S+ port)|"
     "ssh: handshake failed: (eof|read)|client_loop: send disconnect",
     again_hint},
    {"git-remote-read", FAILURE_NETWORK, 56, "could not read from remote repository|unable to read from remote",
     "the remote did not answer as expected: access rights or the network"},
    {"browser-driver-download", FAILURE_NETWORK, 80,
     "failed to download (chrom|firefox|webkit|browser|driver|gecko)|net::ERR_(NAME_NOT_RESOLVED|CONNECTION|NETWORK|"
     "TIMED_OUT|INTERNET|SSL|PROXY)",
     again_hint},
    {"proxy", FAILURE_NETWORK, 80,
     "ProxyError|unable to connect to proxy|proxy (connection|tunnel).{0,40}(fail|refused|error)|"
     "Received HTTP code (50\\d|407) from proxy",
     "look at the proxy's settings"},
};
const struct log_rule_part rules_network = {rules, ARRAY_LEN(rules)};
