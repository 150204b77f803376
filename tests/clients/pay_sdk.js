// Calls Amazon Pay by Amazon's own SDK, unchanged, at another address.
//
// Standard input: {"url", "settings", "calls": [[method, ...arguments], ...]}.
// Standard output: [[status, body], ...]. An argument "@field" stands for that field of
// the answer before it.
'use strict';

const axios = require('axios');
const { WebStoreClient } = require('@amazonpay/amazon-pay-api-sdk-nodejs');

const input = JSON.parse(require('fs').readFileSync(0, 'utf-8'));

// The SDK speaks to https://pay-api.amazon.com alone: its requests are led elsewhere
// after they were signed, and carry the host that they were meant for.
axios.interceptors.request.use((request) => {
  const meant = new URL(request.url);
  request.url = `${input.url}${meant.pathname}${meant.search}`;
  request.headers.set('host', meant.host);
  request.proxy = false;
  return request;
});

const filled = (argument, last) =>
  typeof argument === 'string' && argument.startsWith('@')
    ? last[argument.slice(1)]
    : argument;

async function main() {
  const client = new WebStoreClient(input.settings);
  const answers = [];
  let last = {};
  for (const [method, ...given] of input.calls) {
    const values = given.map((argument) => filled(argument, last));
    const answer = await client[method](...values).catch((error) => error.response);
    const body =
      typeof answer.data === 'string' && answer.data
        ? JSON.parse(answer.data)
        : answer.data || {};
    answers.push([answer.status, body]);
    last = { ...last, ...body };
  }
  console.log(JSON.stringify(answers));
}

main();
