/** What the runs of the examples come to, from the menu: whole, and with a crash in their middle. */

/** A step of a client script: what it calls, and what the answer holds. */
export type Step = readonly [call: string, answer: string];

interface Case {
  readonly name: string;
  readonly title: string;
  readonly tools: number;
  readonly steps: readonly Step[];
  /** How many entries each map holds in the end. */
  readonly maps: Readonly<Record<string, number>>;
  /** A value that a map holds in the end. */
  readonly stored: readonly [map: string, value: Record<string, unknown>];
  /** What happened outside, in order. */
  readonly effects: readonly string[];
}

export const EXAMPLES: readonly Case[] = [
  {
    name: "processing",
    title: "Payment processing",
    tools: 3,
    steps: [
      ['process_payment({"amount":25,"description":"Book"})', '"status":"success"'],
      ['process_payment({"amount":25,"description":"Book"}) (retry)', '"status":"success"'],
      ['get_payment({"transaction_id":"txn_', '"description":"Book"'],
      ['process_payment({"amount":12.01,"currency":"EUR"})', '"amount":12.01'],
      ['process_payment({"amount":10,"currency":"XYZ"})', "PaymentRejectedError"],
      ['process_payment({"amount":10,"currency":"XYZ"}) (retry)', "payment_failed"],
      ['process_payment({"amount":100001})', "InsufficientFundsError"],
      ['fetch_exchange_rate({"from_currency":"USD","to_currency":"JPY"})', '"rate":1'],
      ['get_payment({"transaction_id":"txn_unknown"})', "No payment txn_unknown is recorded."],
    ],
    maps: { payments: 2, retry_attempts: 1 },
    stored: ["payments", { amount: 25, currency: "USD", description: "Book", status: "completed" }],
    effects: ["charge", "charge", "rate"],
  },
  {
    name: "steps",
    title: "Two steps",
    tools: 4,
    steps: [
      ['create_user_with_profile({"username":"ada"', '"profile_id":"profile_'],
      ['create_user_with_profile({"username":"ada"', '"profile_id":"profile_'],
      ['create_invite({"username":"ada"})', '"code":"ada-'],
      ['get_user({"user_id":"user_6202014f1df103f6"})', '"username":"ada"'],
      ['get_profile({"profile_id":"profile_', '"bio":"First programmer"'],
      ['get_user({"user_id":"user_unknown"})', "There is no user user_unknown."],
      ['get_profile({"profile_id":"profile_unknown"})', "There is no profile profile_unknown."],
    ],
    maps: { users: 1, profiles: 1 },
    stored: [
      "users",
      { user_id: "user_6202014f1df103f6", username: "ada", email: "ada@example.com" },
    ],
    effects: [],
  },
  {
    name: "document",
    title: "Document processing",
    tools: 3,
    steps: [
      ['upload_file({"file_id":"letter"', '"file_id":"letter"'],
      ['process_document({"file_id":"letter","target_language":"de"})', "[de] Dear Ada"],
      ['process_document({"file_id":"letter","target_language":"de"}) (retry)', "[de] Dear Ada"],
      ['get_job_status({"job_id":"job_', '"status":"completed"'],
      ['upload_file({"file_id":"blank"', '"file_id":"blank"'],
      ['process_document({"file_id":"blank"})', "InvalidDocumentError"],
      ['upload_file({"file_id":"novel"', '"file_id":"novel"'],
      ['process_document({"file_id":"novel"})', "QuotaExceededError"],
      ['process_document({"file_id":"unknown"})', "There is no file unknown."],
      ['get_job_status({"job_id":"job_unknown"})', "There is no job job_unknown."],
    ],
    maps: { files: 3, jobs: 4, results: 2 },
    stored: ["jobs", { file_id: "letter", status: "completed" }],
    effects: ["recognize", "translate"],
  },
  {
    name: "define",
    title: "Glossary",
    tools: 7,
    steps: [
      ['add_term({"term":"Durable"', '"term":"Durable"'],
      ['add_term({"term":"Duration"', '"term":"Duration"'],
      ['add_term({"term":"Idempotent"', '"term":"Idempotent"'],
      ['add_term({"term":"Straße"', '"term":"Straße"'],
      ['define({"term":"DURABLE"})', "Not lost in a crash."],
      ['add_term({"term":"durable","definition":"Lasting."', '"term":"durable"'],
      ['list_terms({"start_with":"e"})', '"count":2'],
      ['search_terms({"prefix":"DUR"})', '"count":2'],
      ['search_terms({"prefix":"STRASS"})', '"count":1'],
      ['browse_category({"category":"Storage"})', "Lasting."],
      ['recent_terms({"limit":3})', '"count":3'],
      ['remove_term({"term":"Duration"})', "Removed Duration."],
      ['define({"term":"Duration"})', "There is no term “Duration”."],
      ['remove_term({"term":"Duration"})', "There is no term “Duration”."],
      ["list_terms({})", '"count":3'],
    ],
    maps: { terms: 3, recent: 3, categories: 3 },
    stored: ["terms", { term: "durable", definition: "Lasting.", category: "storage" }],
    effects: [],
  },
  {
    name: "audit",
    title: "Audit logs",
    tools: 4,
    steps: [
      ['create_user({"name":"Ada Lovelace"', '"user_id":"user_'],
      ['update_user({"user_id":"user_', '"updated_fields":["name"]'],
      ['update_user({"user_id":"user_', '"updated_fields":["role"]'],
      ['delete_user({"user_id":"user_', '"status":"success"'],
      ['get_audit_log({"log_name":"user_operations"})', '"count":4'],
      ['get_audit_log({"log_name":"security_events"})', "role_change"],
      ['get_audit_log({"log_name":"user_operations","end":', '"status":"success"'],
      ['get_audit_log({"log_name":"user_operations","begin":', "delete_user"],
    ],
    maps: { "audit:user_operations": 4, "audit:security_events": 2 },
    stored: ["audit:user_operations", { tool: "create_user", success: true }],
    effects: [],
  },
];

interface Crash {
  readonly example: string;
  readonly title: string;
  readonly preset: string;
  /** The answers that the crash changes, by the step; `null` for a step that is left out. */
  readonly instead: Readonly<Record<number, string | null>>;
  /** Of that call: executions, attempts and effects. */
  readonly counts: readonly [number, number, number];
  readonly maps: Readonly<Record<string, number>>;
  readonly effects: readonly string[];
}

export const CRASHES: readonly Crash[] = [
  {
    example: "processing",
    title: "Payment processing",
    preset: "Crash after the charge",
    // What did not complete is not looked up.
    instead: { 0: "payment_failed", 1: "payment_failed", 2: null },
    counts: [3, 1, 1],
    maps: { payments: 1, retry_attempts: 1 },
    effects: ["charge", "charge", "rate"],
  },
  {
    example: "steps",
    title: "Two steps",
    preset: "Crash between the two steps",
    instead: {},
    counts: [3, 2, 0],
    maps: { users: 1, profiles: 1 },
    effects: [],
  },
  {
    example: "document",
    title: "Document processing",
    preset: "Crash after the translation",
    instead: { 1: '"step":"translation"', 2: '"step":"translation"', 3: '"status":"failed"' },
    counts: [3, 3, 2],
    maps: { files: 3, results: 1, jobs: 4 },
    effects: ["recognize", "translate"],
  },
  {
    example: "define",
    title: "Glossary",
    preset: "Crash after a map was written",
    instead: {},
    counts: [2, 1, 0],
    maps: { terms: 3, recent: 3, categories: 3 },
    effects: [],
  },
  {
    example: "audit",
    title: "Audit logs",
    preset: "Crash after a map was written",
    instead: { 4: '"count":5' },
    counts: [2, 0, 0],
    // Every execution leaves its entry: the one that died, and the script's retry.
    maps: { "audit:user_operations": 5, "audit:security_events": 2 },
    effects: [],
  },
];
