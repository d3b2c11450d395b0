const fs = require("fs");
const path = require("path");

const target = path.join(process.env.EMULATED_CACHE, process.env.INPUT_KEY);
fs.cpSync(process.env.INPUT_PATH, target, {recursive: true});
