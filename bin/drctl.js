#!/usr/bin/env node
// The command that people type. Everything is in src/cli; this file only finds the build.
import { runProcess } from '../dist/cli/process.js';

await runProcess();
