// SPDX-License-Identifier: Apache-2.0
// The middleware of @octokit/webhooks, which verifies and parses and keeps nothing.
// node peer_octokit.mjs SECRET_FILE HTTP_PORT HTTPS_PORT CERT KEY
import { createServer } from "node:http";
import { createServer as createSecure } from "node:https";
import { readFileSync } from "node:fs";
import { Webhooks, createNodeMiddleware } from "@octokit/webhooks";

const [secret, http, https, cert, key] = process.argv.slice(2);
const webhooks = new Webhooks({ secret: readFileSync(secret, "utf8").trim() });
let seen = 0;
webhooks.on("push", () => { seen++; });
const middleware = createNodeMiddleware(webhooks, { path: "/hook/github" });
createServer(middleware).listen(+http, "127.0.0.1");
createSecure({ cert: readFileSync(cert), key: readFileSync(key) }, middleware).listen(+https, "127.0.0.1");
