// SPDX-License-Identifier: Apache-2.0
// A probot app that does nothing with a push.
// node peer_probot.mjs SECRET_FILE HTTP_PORT HTTPS_PORT CERT KEY
import { createServer } from "node:http";
import { createServer as createSecure } from "node:https";
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { Probot, createNodeMiddleware } from "probot";

const [secret, http, https, cert, key] = process.argv.slice(2);
const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048, privateKeyEncoding: { type: "pkcs8", format: "pem" }, publicKeyEncoding: { type: "spki", format: "pem" },
});
const probot = new Probot({ appId: 1, privateKey, secret: readFileSync(secret, "utf8").trim(), logLevel: "fatal" });
let seen = 0;
const middleware = createNodeMiddleware((app) => { app.on("push", () => { seen++; }); },
                                        { probot, webhooksPath: "/hook/github" });
createServer(middleware).listen(+http, "127.0.0.1");
createSecure({ cert: readFileSync(cert), key: readFileSync(key) }, middleware).listen(+https, "127.0.0.1");
