/**
 * Requests, as https://tweaked.cc/module/http.html has them. Where no server is named by the setting
 * trapos.spec_server they are pending: see docs/testing.md.
 */

const server = settings.get("trapos.spec_server") as string | undefined;
let requests = 0;

/** An address of the server that no other request has had, so that no answer is mistaken for another's. */
function url(path: string): string {
    requests += 1;
    return `${server}${path}?n=${requests}`;
}

interface Echo {
    method: string;
    headers: Record<string, string | undefined>;
    body: string;
}

/** What the server says it got. */
function echo(...answer: unknown[]): Echo {
    const [response, why] = answer as [Response | undefined, string | undefined];
    assert(response, why);
    const text = response!.readAll();
    response!.close();
    return textutils.unserializeJSON(text)[0] as Echo;
}

/** The next event of this name about the address: the case before may have left one that is about its own. */
function answer(event: string, address: string): unknown[] {
    const timer = os.startTimer(10);
    while (true) {
        const found = [...os.pullEvent()];
        if (found[0] === event && found[1] === address) {
            os.cancelTimer(timer);
            return found;
        }
        if (found[0] === "timer" && found[1] === timer) error(`No ${event} of ${address} came`);
    }
}

before_each(() => {
    if (http === undefined) pending("http is switched off");
    if (server === undefined) pending("trapos.spec_server names no server");
});

describe("http get", () => {
    it("gives the answer", () => {
        const [response] = http.get(url("/text"));
        assert.are.same([200, "OK"], [...response!.getResponseCode()]);
        assert.are.equal("first line\nsecond line\nlast", response!.readAll());
        response!.close();
    });
    it("reads by lines and characters", () => {
        const [response] = http.get(url("/text"));
        assert.are.equal("first line", response!.readLine());
        assert.are.equal("sec", response!.read(3));
        assert.are.equal("ond line\n", response!.readLine(true));
        assert.are.equal("last", response!.readAll());
        assert.is_nil(response!.readLine());
        response!.close();
    });
    it("gives an empty answer as an empty text", () => {
        const [response] = http.get(url("/empty"));
        assert.are.equal("", response!.readAll());
        response!.close();
    });
    it("leaves bytes as they are", () => {
        const bytes: string[] = [];
        for (const code of $range(0, 255)) bytes.push(string.char(code));
        const [response] = http.get(url("/bytes"), undefined, true);
        assert.are.equal(table.concat(bytes), response!.readAll());
        response!.close();
    });
    it("reads a byte as a number when it is binary", () => {
        const [response] = http.get({ url: url("/text"), binary: true });
        assert.are.equal(102, response!.read());
        response!.close();
    });
    it("gives headers by their name, several of one name joined", () => {
        const [response] = http.get(url("/headers"));
        const headers = response!.getResponseHeaders();
        response!.close();
        assert.are.equal("1", headers["X-One"]);
        assert.are.equal("a,b", headers["x-many"]);
    });
    it("sends headers", () => {
        const sent = echo(...http.get(url("/echo"), { "X-Spec": "yes" }));
        assert.are.equal("GET", sent.method);
        assert.are.equal("yes", sent.headers["x-spec"]);
    });
    it("names itself", () => {
        assert.matches("^computercraft/", echo(...http.get(url("/echo"))).headers["user-agent"]);
    });
    it("follows a redirect", () => {
        const [response] = http.get(url("/redirect"));
        assert.are.equal("first line", response!.readLine());
        response!.close();
    });
    it("stays where it is told not to follow", () => {
        const [response] = http.get({ url: url("/redirect"), redirect: false });
        assert.are.equal(302, response!.getResponseCode()[0]);
        assert.are.equal("/text", response!.getResponseHeaders().Location);
        response!.close();
    });
    it("gives nil, a reason and the answer for an error", () => {
        const [response, why, failed] = http.get(url("/status/404"));
        assert.is_nil(response);
        assert.are.equal("Not Found", why);
        assert.are.equal(404, failed!.getResponseCode()[0]);
        assert.are.equal("nothing here", failed!.readAll());
        failed!.close();
    });
    it("gives the reason of a server that is not ready", () => {
        const [, why, failed] = http.get(url("/status/503"));
        assert.are.equal("Service Unavailable", why);
        failed!.close();
    });
    it("takes no content for success", () => {
        const [response] = http.get(url("/status/204"));
        assert.are.equal(204, response!.getResponseCode()[0]);
        response!.close();
    });
    it("says when nobody answers in time", () => {
        const [response, why] = http.get({ url: url("/never"), timeout: 0.5 });
        assert.is_nil(response);
        assert.are.equal("Timed out", why);
    });
    it("says when nobody is there", () => {
        const [response, why] = http.get("http://127.0.0.1:1/");
        assert.is_nil(response);
        assert.are.equal("Could not connect", why);
    });
});

describe("http post", () => {
    it("sends a form where nothing else is said", () => {
        const sent = echo(...http.post(url("/echo"), "a=1"));
        assert.are.equal("POST", sent.method);
        assert.are.equal("a=1", sent.body);
        assert.matches("^application/x%-www%-form%-urlencoded", sent.headers["content-type"]);
        assert.are.equal("3", sent.headers["content-length"]);
    });
    it("sends the type that it is told", () => {
        const sent = echo(...http.post(url("/echo"), "{}", { "Content-Type": "application/json" }));
        assert.are.equal("application/json", sent.headers["content-type"]);
    });
    it("takes a table", () => {
        const sent = echo(...http.post({ url: url("/echo"), body: "x", headers: { "X-Spec": "1" } }));
        assert.are.equal("x", sent.body);
        assert.are.equal("1", sent.headers["x-spec"]);
    });
    it("uses the method that it is told", () => {
        for (const method of ["PUT", "PATCH", "DELETE"]) {
            assert.are.equal(method, echo(...http.post({ url: url("/echo"), body: "x", method })).method);
        }
    });
    it("leaves bytes as they are", () => {
        const bytes = string.char(0, 127, 128, 255);
        const sent = echo(...http.post(url("/echo"), bytes));
        assert.are.equal("4", sent.headers["content-length"]);
    });
    it("wants a body", () => {
        assert.error_matches(
            () => http.post("http://example.invalid"),
            "bad argument #2 .*string expected, got nil",
        );
    });
});

describe("http request", () => {
    it("comes back at once and answers with an event", () => {
        const address = url("/text");
        assert.is_true(http.request(address)[0]);
        const response = answer("http_success", address)[2] as Response;
        assert.are.equal("first line", response.readLine());
        response.close();
    });
    it("takes headers, a method and binary in a table", () => {
        const address = url("/echo");
        http.request({ url: address, method: "GET", headers: { "X-Spec": "1" }, binary: true });
        const sent = echo(answer("http_success", address)[2]);
        assert.are.same(["GET", "1"], [sent.method, sent.headers["x-spec"]]);
    });
    it("a failure that comes at once is an event as well", () => {
        assert.are.same([false, "Must specify http or https"], [...http.request("example.invalid")]);
        assert.are.equal("Must specify http or https", answer("http_failure", "example.invalid")[2]);
    });
    it("fails with an event, too", () => {
        const address = url("/status/404");
        http.request({ url: address });
        const [, , why, response] = answer("http_failure", address);
        assert.are.equal("Not Found", why);
        (response as Response).close();
    });
    it("several run side by side", () => {
        const waiting: Record<string, boolean> = {};
        for (const _ of $range(1, 5)) {
            const address = url("/text");
            waiting[address] = true;
            http.request(address);
        }
        let answers = 0;
        while (answers < 5) {
            const [, from, response] = os.pullEvent("http_success");
            if (waiting[from as string]) {
                delete waiting[from as string];
                answers += 1;
            }
            (response as Response).close();
        }
        assert.are.same({}, waiting);
    });
    it("refuses a method that it does not know", () => {
        assert.has_error(
            () => http.request({ url: url("/echo"), method: "SPEC" }),
            "Unsupported HTTP method",
        );
    });
    it("a closed answer cannot be read", () => {
        const [response] = http.get(url("/text"));
        response!.close();
        assert.has_error(() => response!.readAll(), "attempt to use a closed file");
    });
});

describe("http checkURL", () => {
    it("is true for what may be asked", () => {
        assert.is_true(http.checkURL(url("/text"))[0]);
    });
    it("wants a scheme", () => {
        assert.are.same([false, "Must specify http or https"], [...http.checkURL("example.invalid/x")]);
    });
    it("wants one that it knows", () => {
        assert.are.same([false, "Invalid protocol 'ftp'"], [...http.checkURL("ftp://example.invalid")]);
    });
    it("wants a host", () => {
        assert.are.same([false, "URL malformed"], [...http.checkURL("http:///x")]);
    });
    it("checkURLAsync answers with an event", () => {
        const address = url("/text");
        assert.is_true(http.checkURLAsync(address)[0]);
        assert.are.same(["http_check", address, true], answer("http_check", address).slice(0, 3));
    });
});

describe("http rules", () => {
    it("denies private addresses that are not allowed", () => {
        const [response, why] = http.get("http://127.0.0.2:1/");
        assert.is_nil(response);
        assert.are.equal("Domain not permitted", why);
    });
});
