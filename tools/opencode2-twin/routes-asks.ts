/** Routes for what a session asks of its user: permissions and forms; and for taking it back. Source: upstream's packages/protocol/src/groups/permission.ts, form.ts, session.ts. */
import { bodies } from "./bodies.ts";
import { directoryIn, idIn, located } from "./query.ts";
import type { Doubts } from "./doubts.ts";
import { refusals } from "./refusal.ts";
import { clearRevert, commitRevert, stageRevert, turnDifferences } from "./revert.ts";
import { type Backend, data, ofSession, ofSessionWithBody, plain, type Route } from "./route.ts";
import type { SessionRecord } from "./store.ts";

function permissionRoutes({ permissionReply, permissionList }: Doubts): Route[] {
    const reply = "/permission/:requestID/reply";
    const requestIn = (params: Readonly<Record<string, string>>): string =>
        idIn("requestID", params["requestID"] ?? "", "per", "Params");
    const pendingOf = ({ permissions }: Backend, { info }: SessionRecord) =>
        permissions.pending().filter(({ sessionID }) => sessionID === info.id);
    return [
        ofSession("GET", "/permission", (backend, record) => data(pendingOf(backend, record))),
        ofSession("GET", "/permission/:requestID", (backend, record, { params }) => {
            const requestID = requestIn(params);
            const request = pendingOf(backend, record).find(({ id }) => id === requestID);
            if (request === undefined) throw refusals.permission(requestID);
            return data(request);
        }),
        permissionReply === "decision"
            ? ofSessionWithBody("POST", reply, bodies.permissionDecision, (backend, record, call) => {
                  const { decision, message } = call.body;
                  backend.permissions.reply(record.info.id, requestIn(call.params), decision, message);
                  return "nothing";
              })
            : ofSessionWithBody("POST", reply, bodies.permissionReply, (backend, record, call) => {
                  const { reply: decision, message } = call.body;
                  backend.permissions.reply(record.info.id, requestIn(call.params), decision, message);
                  return "nothing";
              }),
        ...(permissionList === "per session only"
            ? []
            : [
                  plain("GET", permissionList, (backend, call) => {
                      const directory = directoryIn(backend, call);
                      const isHere = (sessionID: string): boolean =>
                          backend.store.sessions.get(sessionID)?.info.location.directory === directory;
                      const here = backend.permissions.pending().filter(({ sessionID }) => isHere(sessionID));
                      return located(directory, here);
                  }),
              ]),
    ];
}

function formRoutes({ formList, formDismissal }: Doubts): Route[] {
    const formIn = (params: Readonly<Record<string, string>>): string =>
        idIn("formID", params["formID"] ?? "", "frm_", "Params");
    return [
        ofSession("GET", "/form", ({ forms }, record) =>
            data(
                forms
                    .pending()
                    .filter(({ form }) => form.sessionID === record.info.id)
                    .map(({ form }) => form),
            ),
        ),
        ofSession("GET", "/form/:formID", ({ forms }, record, { params }) => {
            const { form, state } = forms.get(record.info.id, formIn(params));
            return data({ ...form, state });
        }),
        ofSessionWithBody("POST", "/form/:formID/reply", bodies.formAnswer, ({ forms }, record, call) => {
            forms.reply(record.info.id, formIn(call.params), call.body.answer);
            return "nothing";
        }),
        ofSession(
            formDismissal === "delete" ? "DELETE" : "POST",
            formDismissal === "delete" ? "/form/:formID" : "/form/:formID/cancel",
            ({ forms }, record, { params, query }) => {
                forms.dismiss(record.info.id, formIn(params), query.get("message") ?? undefined);
                return "nothing";
            },
        ),
        ...(formList === "per session only"
            ? []
            : [
                  plain("GET", formList, (backend, call) => {
                      const directory = directoryIn(backend, call);
                      const here = backend.forms.pending().filter((kept) => kept.directory === directory);
                      return located(
                          directory,
                          here.map(({ form }) => form),
                      );
                  }),
              ]),
    ];
}

function needIdle({ engine }: Backend, { info }: SessionRecord): void {
    if (engine.isActive(info.id)) throw refusals.busy(info.id);
}

function needMessage(record: SessionRecord, messageID: string): void {
    if (!record.messages.has(messageID)) throw refusals.message(record.info.id, messageID);
}

function revertRoutes({ revertClear, revertFiles }: Doubts): Route[] {
    return [
        ofSessionWithBody("POST", "/revert/stage", bodies.revert, (backend, record, { body }) => {
            needIdle(backend, record);
            needMessage(record, body.messageID);
            const files = body.files ?? revertFiles === "unless false";
            return data(stageRevert(backend, record, body.messageID, files));
        }),
        ofSession("POST", "/revert/commit", (backend, record) => {
            needIdle(backend, record);
            commitRevert(backend, record);
            return "nothing";
        }),
        ofSession(
            revertClear === "delete" ? "DELETE" : "POST",
            revertClear === "delete" ? "/revert" : "/revert/clear",
            (backend, record) => {
                needIdle(backend, record);
                clearRevert(backend, record);
                return "nothing";
            },
        ),
        ofSession("GET", "/diff", (_backend, record, { query }) => {
            const ids = ["from", "to"].map((name) => {
                const given = query.get(name) ?? undefined;
                if (given !== undefined) needMessage(record, idIn(name, given, "msg_", "Query"));
                return given;
            });
            const context = query.get("context");
            if (context !== null && !/^\d+$/.test(context))
                throw refusals.invalid('Expected an integer, got NaN\n  at ["context"]', "Query");
            const lines = context === null ? undefined : Number(context);
            return data(turnDifferences(record, ids[0], ids[1], lines));
        }),
    ];
}

/** Those of them that a server has which answers the doubts so. */
export function askRoutes(doubts: Doubts): readonly Route[] {
    return [...permissionRoutes(doubts), ...formRoutes(doubts), ...revertRoutes(doubts)];
}
