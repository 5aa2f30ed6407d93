/* The HTTP listener by itself, over real sockets: what is answered in which order, who is turned away before
 * the body, and that slow, half-closed and odd clients cost nobody else anything. */
#include "core/server/http/http.h"

#include "core/base/memory.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum { LIMIT = 1000, SLOW = HTTP_CONNECTIONS + 10, MIDDLE = HTTP_CONNECTIONS / 2, PIPELINED = 50 };

static struct http *http;
static struct http_listener *listener;
static atomic_bool open_gate; /* what waits is answered */
static atomic_int asked;      /* how often what waits was asked */
static atomic_bool busy;      /* nothing is answered at once */
static atomic_int at_once;    /* how often that was asked for */

/* --- the service: /echo gives the body, /wait waits for the gate, /send is answered at once or later --- */

static bool admit(void *context, const struct http_request *request, struct http_answer *answer)
{
	(void)context;
	if (!request->origin)
		return true;
	answer->status = 403;
	text_append(&answer->body, "no");
	return false;
}

static enum http_pace pace(void *context, struct http_request *request)
{
	(void)context;
	if (strcmp(request->target, "/send") == 0)
		return HTTP_MAY_WAIT;
	return strcmp(request->target, "/wait") == 0 ? HTTP_LONG : HTTP_SHORT;
}

static bool answer_request(void *context, const struct http_request *request, struct http_answer *answer)
{
	(void)context;
	if (strcmp(request->target, "/wait") == 0) {
		atomic_fetch_add(&asked, 1);
		if (!atomic_load(&open_gate))
			return false;
	}
	if (strcmp(request->target, "/send") == 0 && request->at_once) {
		atomic_fetch_add(&at_once, 1);
		if (atomic_load(&busy))
			return false;
	}
	answer->status = 200;
	text_printf(&answer->body, "%s %s %.*s.", request->method, request->target, (int)request->length,
	            request->body ? request->body : "");
	return true;
}

static const struct http_service service = {.admit = admit,
                                            .pace = pace,
                                            .answer = answer_request,
                                            .server_header = "test",
                                            .body_limit = LIMIT};

static int group_begin(void **state)
{
	struct error error = {0};
	(void)state;
	if (http_create(&http, &error) || http_listen(http, &listener, "127.0.0.1", 0, &service, &error))
		fail_msg("%s", error.sentence);
	return 0;
}

static int group_end(void **state)
{
	(void)state;
	http_destroy(http);
	return 0;
}

/* --- clients --- */

static int connect_to(uint16_t port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(made >= 0);
	assert_int_equal(connect(made, (struct sockaddr *)&address, sizeof address), 0);
	return made;
}

static int client(void)
{
	return connect_to(http_listener_port(listener));
}

static void say(int to, const char *text)
{
	size_t length = strlen(text);
	assert_int_equal(send(to, text, length, MSG_NOSIGNAL), (ssize_t)length);
}

/* Until `count` times `end` has come, or the connection ended; the caller frees it. */
static char *hear(int from, const char *end, size_t count)
{
	struct text heard = TEXT_EMPTY;
	char buffer[4096];
	for (;;) {
		size_t found = 0;
		for (const char *at = text_string(&heard); (at = strstr(at, end)); at++)
			found++;
		if (found >= count)
			break;
		ssize_t got = recv(from, buffer, sizeof buffer, 0);
		if (got <= 0)
			break;
		text_append_bytes(&heard, buffer, (size_t)got);
	}
	return text_take(&heard);
}

static void expect(int from, const char *status, const char *body)
{
	char *heard = hear(from, body, 1);
	assert_non_null(strstr(heard, status));
	assert_non_null(strstr(heard, body));
	free(heard);
}

/* Closed without a word. */
static void expect_silence(int from)
{
	char byte;
	assert_true(recv(from, &byte, 1, 0) <= 0);
}

#define HEAD "Host: x\r\n"
#define POST(target, length) "POST " target " HTTP/1.1\r\n" HEAD "Content-Length: " length "\r\n\r\n"

/* --- tests --- */

static void pipelined_requests_are_answered_in_order(void **state)
{
	struct text all = TEXT_EMPTY;
	int one = client();
	(void)state;
	for (int i = 0; i < PIPELINED; i++)
		text_printf(&all, POST("/echo", "2") "%02d", i);
	say(one, text_string(&all));
	char *heard = hear(one, "POST /echo ", PIPELINED), *at = heard;
	for (int i = 0; i < PIPELINED; i++) {
		char body[32];
		snprintf(body, sizeof body, "POST /echo %02d.", i);
		at = i + 1 < PIPELINED ? strstr(at, body) : at;
		assert_non_null(at);
	}
	free(heard);
	text_release(&all);
	close(one);
}

static void a_request_in_single_bytes_is_a_request(void **state)
{
	static const char request[] = POST("/echo", "4") "slow";
	int one = client();
	(void)state;
	for (const char *at = request; *at; at++)
		say(one, (char[]){*at, '\0'});
	expect(one, "HTTP/1.1 200", "POST /echo slow.");
	close(one);
}

static void a_client_that_has_said_all_is_answered(void **state)
{
	int one = client();
	(void)state;
	say(one, "GET /echo HTTP/1.1\r\n" HEAD "Connection: close\r\n\r\n");
	shutdown(one, SHUT_WR);
	expect(one, "HTTP/1.1 200", "GET /echo .");
	expect_silence(one);
	close(one);
}

static void who_speaks_http_1_0_is_answered_so(void **state)
{
	int kept = client(), other = client();
	(void)state;
	say(other, "GET /echo HTTP/1.0\r\n" HEAD "\r\n");
	expect(other, "HTTP/1.0 200", "GET /echo .");
	expect_silence(other);
	for (int i = 0; i < 2; i++) {
		say(kept, "GET /echo HTTP/1.0\r\n" HEAD "Connection: keep-alive\r\n\r\n");
		expect(kept, "HTTP/1.0 200", "GET /echo .");
	}
	say(kept, "GET /echo HTTP/1.1\r\n" HEAD "\r\n");
	expect(kept, "HTTP/1.1 200", "GET /echo .");
	close(kept);
	close(other);
}

/* Where they are too many, those that have been waited for longest give way, and not only when their time has
 * run out. */
static void slow_clients_cost_nobody_else_anything(void **state)
{
	const struct timeval before_that = {.tv_sec = HTTP_PATIENCE / 2};
	int slow[SLOW], one;
	(void)state;
	for (int i = 0; i < SLOW; i++) {
		slow[i] = client();
		say(slow[i], i % 2 ? "POST /echo HTTP/1.1\r\nHost: " : POST("/echo", "6") "begun");
	}
	one = client();
	setsockopt(one, SOL_SOCKET, SO_RCVTIMEO, &before_that, sizeof before_that);
	say(one, POST("/echo", "3") "now");
	expect(one, "HTTP/1.1 200", "POST /echo now.");
	expect_silence(slow[0]);
	say(slow[MIDDLE], "!");
	expect(slow[MIDDLE], "HTTP/1.1 200", "POST /echo begun!.");
	close(one);
	for (int i = 0; i < SLOW; i++)
		close(slow[i]);
}

static void a_foreign_page_is_refused_before_its_body(void **state)
{
	int one = client();
	(void)state;
	say(one, "POST /echo HTTP/1.1\r\n" HEAD
	         "Origin: http://evil.example\r\nContent-Type: text/plain\r\nContent-Length: 900\r\n\r\n");
	expect(one, "HTTP/1.1 403", "no");
	close(one);
}

static void long_bodies_end_the_connection(void **state)
{
	static const char *const chunks[] = {"POST /echo HTTP/1.1\r\n" HEAD "Transfer-Encoding: chunked\r\n\r\n",
	                                     "200\r\n", NULL};
	char *zeros = memory_allocate(1, 0x201);
	int announced = client(), chunked = client(), right = client();
	(void)state;
	memset(zeros, '0', 0x200);
	say(announced, POST("/echo", "1001"));
	expect_silence(announced);
	for (size_t i = 0; chunks[i]; i++)
		say(chunked, chunks[i]);
	say(chunked, zeros);
	say(chunked, "\r\n200\r\n");
	send(chunked, zeros, 0x200, MSG_NOSIGNAL);
	expect_silence(chunked);
	say(right,
	    "POST /echo HTTP/1.1\r\n" HEAD "Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nT: v\r\n\r\n");
	expect(right, "HTTP/1.1 200", "POST /echo abc.");
	close(announced);
	close(chunked);
	close(right);
	free(zeros);
}

static void unclear_lengths_end_the_connection(void **state)
{
	static const char *const unclear[] = {
		"POST /echo HTTP/1.1\r\n" HEAD "Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
		"POST /echo HTTP/1.1\r\n" HEAD
		"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
	};
	int one = client();
	(void)state;
	for (size_t i = 0; i < sizeof unclear / sizeof *unclear; i++) {
		int two = client();
		say(two, unclear[i]);
		expect_silence(two);
		close(two);
	}
	say(one, "POST /echo HTTP/1.1\r\n" HEAD "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc");
	expect(one, "HTTP/1.1 200", "POST /echo abc.");
	close(one);
}

static void what_is_no_http_ends_the_connection(void **state)
{
	static const char *const odd[] = {"\x16\x03\x01\x02\x00 garbage\r\n\r\n", "GET\r\n\r\n",
	                                  "POST /echo HTTP/1.1\r\n" HEAD "Content-Length: x\r\n\r\n"};
	(void)state;
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		int one = client();
		say(one, odd[i]);
		shutdown(one, SHUT_WR);
		char *heard = hear(one, "no end", 1);
		assert_null(strstr(heard, " 200 "));
		free(heard);
		close(one);
	}
}

static void what_waits_keeps_no_thread_and_is_woken(void **state)
{
	int waiting[20], one = client();
	(void)state;
	atomic_store(&open_gate, false);
	for (size_t i = 0; i < 20; i++) {
		waiting[i] = client();
		say(waiting[i], POST("/wait", "0"));
	}
	/* all of them have been asked, more than there are threads, and others are still answered */
	while (atomic_load(&asked) < 20)
		sched_yield();
	say(one, POST("/echo", "0"));
	expect(one, "HTTP/1.1 200", "POST /echo .");
	atomic_store(&open_gate, true);
	http_wake(http);
	for (size_t i = 0; i < 20; i++) {
		expect(waiting[i], "HTTP/1.1 200", "POST /wait .");
		close(waiting[i]);
	}
	close(one);
}

static bool all_threads_may_use(const cpu_set_t *processors)
{
	DIR *threads = opendir("/proc/self/task");
	bool equal = true;
	cpu_set_t one;
	assert_non_null(threads);
	for (struct dirent *at; (at = readdir(threads));)
		if (at->d_name[0] != '.' &&
		    sched_getaffinity((pid_t)strtol(at->d_name, NULL, 10), sizeof one, &one) == 0)
			equal = equal && CPU_EQUAL(&one, processors);
	closedir(threads);
	return equal;
}

static void threads_that_worked_beside_others_are_free_again(void **state)
{
	int clients[20];
	cpu_set_t processors;
	(void)state;
	atomic_store(&open_gate, true);
	assert_int_equal(sched_getaffinity(0, sizeof processors, &processors), 0);
	for (size_t i = 0; i < 20; i++) {
		clients[i] = client();
		say(clients[i], POST("/wait", "0"));
	}
	for (size_t i = 0; i < 20; i++) {
		expect(clients[i], "HTTP/1.1 200", "POST /wait .");
		close(clients[i]);
	}
	while (!all_threads_may_use(&processors))
		sched_yield();
}

static void who_is_alone_is_answered_at_once(void **state)
{
	int one = client(), other;
	(void)state;
	/* others have asked just now: that passes */
	for (int before = atomic_load(&at_once); atomic_load(&at_once) == before;) {
		say(one, POST("/send", "0"));
		expect(one, "HTTP/1.1 200", "POST /send .");
	}
	/* what cannot be answered so is answered all the same */
	atomic_store(&busy, true);
	for (int before = atomic_load(&at_once); atomic_load(&at_once) == before;) {
		say(one, POST("/send", "4") "busy");
		expect(one, "HTTP/1.1 200", "POST /send busy.");
	}
	atomic_store(&busy, false);
	other = client();
	for (int i = 0; i < 3; i++) {
		say(one, POST("/echo", "0"));
		expect(one, "HTTP/1.1 200", "POST /echo .");
		int before = atomic_load(&at_once);
		say(other, POST("/send", "0"));
		expect(other, "HTTP/1.1 200", "POST /send .");
		assert_int_equal(atomic_load(&at_once), before);
	}
	close(other);
	close(one);
}

static void closing_drops_what_waits(void **state)
{
	struct http_listener *other;
	struct error error = {0};
	(void)state;
	atomic_store(&open_gate, false);
	assert_int_equal(http_listen(http, &other, "127.0.0.1", 0, &service, &error), 0);
	int one = connect_to(http_listener_port(other)), before = atomic_load(&asked);
	say(one, POST("/wait", "0"));
	while (atomic_load(&asked) == before)
		sched_yield();
	http_listener_close(http, other);
	expect_silence(one);
	close(one);
}

static void a_unix_socket_is_its_owners(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct http_listener *local, *second;
	struct error error = {0};
	struct stat status;
	char folder[] = "/tmp/http-XXXXXX";
	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", folder);
	assert_int_equal(http_listen_local(http, &local, address.sun_path, &service, &error), 0);
	assert_int_equal(stat(address.sun_path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	assert_int_not_equal(http_listen_local(http, &second, address.sun_path, &service, &error), 0);
	int one = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(one, (struct sockaddr *)&address, sizeof address), 0);
	say(one, POST("/echo", "5") "local");
	expect(one, "HTTP/1.1 200", "POST /echo local.");
	close(one);
	http_listener_close(http, local);
	assert_int_not_equal(stat(address.sun_path, &status), 0);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pipelined_requests_are_answered_in_order),
		cmocka_unit_test(a_request_in_single_bytes_is_a_request),
		cmocka_unit_test(a_client_that_has_said_all_is_answered),
		cmocka_unit_test(who_speaks_http_1_0_is_answered_so),
		cmocka_unit_test(slow_clients_cost_nobody_else_anything),
		cmocka_unit_test(a_foreign_page_is_refused_before_its_body),
		cmocka_unit_test(long_bodies_end_the_connection),
		cmocka_unit_test(unclear_lengths_end_the_connection),
		cmocka_unit_test(what_is_no_http_ends_the_connection),
		cmocka_unit_test(what_waits_keeps_no_thread_and_is_woken),
		cmocka_unit_test(threads_that_worked_beside_others_are_free_again),
		cmocka_unit_test(who_is_alone_is_answered_at_once),
		cmocka_unit_test(closing_drops_what_waits),
		cmocka_unit_test(a_unix_socket_is_its_owners),
	};
	return cmocka_run_group_tests(tests, group_begin, group_end);
}
