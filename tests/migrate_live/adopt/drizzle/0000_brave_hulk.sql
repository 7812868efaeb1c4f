CREATE TABLE "account" (
	"id" bigint PRIMARY KEY NOT NULL
);
--> statement-breakpoint
CREATE INDEX "account_id_idx" ON "account" ("id");
