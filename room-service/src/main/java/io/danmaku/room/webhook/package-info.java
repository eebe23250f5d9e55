/**
 * Webhooks: what is told to a product's backend. Acts of the state topics become records of the outbox ({@code ActReader}, {@code Outbox}), those
 * are posted and tried again ({@code Deliveries}), and what nobody took can be read and put back ({@code DeadLetters}). On the state context, but
 * for the HTTP requests themselves ({@code Endpoints}). docs/decisions/ has the page.
 */
package io.danmaku.room.webhook;
