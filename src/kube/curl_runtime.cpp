// Compiled in with -DCFKOPS_CURL_AT_RUNTIME=ON only: libcurl's functions as far as this module
// calls them, each handing on to the library that curl_global_init loads. Linking libcurl makes
// every start load some thirty libraries, also that of a command which talks to no server.
#ifdef CFKOPS_CURL_AT_RUNTIME

#include "cfkops/base/check.hpp"

#include <curl/curl.h>

#include <dlfcn.h>

#include <cstdarg>

// The header makes macros of these, to count arguments.
#undef curl_easy_setopt
#undef curl_easy_getinfo

namespace {

constexpr const char* kLibrary = "libcurl.so.4";

/// The library, or null where it is not installed. Never unloaded: OpenSSL's exit handlers live in
/// it.
void* library() {
  static void* const handle = dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
  return handle;
}

template <class Function>
Function* look_up(const char* name) {
  void* const symbol = library() == nullptr ? nullptr : dlsym(library(), name);
  CFKOPS_CHECK(symbol != nullptr);  // curl_global_init has failed before
  return reinterpret_cast<Function*>(symbol);
}

}  // namespace

/// Defines a function of libcurl that calls the real one.
#define CFKOPS_FORWARD(result, name, parameters, arguments)              \
  extern "C" result name parameters {                                    \
    static decltype(name)* const kReal = look_up<decltype(name)>(#name); \
    return kReal arguments;                                              \
  }

extern "C" CURLcode curl_global_init(long flags) {
  // curl_multi_poll is the youngest function in use (7.66); options that are younger still tell by
  // themselves.
  if (library() == nullptr || dlsym(library(), "curl_multi_poll") == nullptr) {
    return CURLE_FAILED_INIT;
  }
  return look_up<decltype(curl_global_init)>("curl_global_init")(flags);
}

extern "C" const char* curl_easy_strerror(CURLcode code) {
  if (library() == nullptr) {
    return "libcurl.so.4 cannot be loaded";
  }
  return look_up<decltype(curl_easy_strerror)>("curl_easy_strerror")(code);
}

extern "C" CURLcode curl_easy_setopt(CURL* easy, CURLoption option, ...) {
  static decltype(curl_easy_setopt)* const kReal =
      look_up<decltype(curl_easy_setopt)>("curl_easy_setopt");
  va_list arguments;
  va_start(arguments, option);
  CURLcode code = CURLE_OK;
  // An option's number tells the type of its value.
  if (option < CURLOPTTYPE_OBJECTPOINT) {
    code = kReal(easy, option, va_arg(arguments, long));
  } else if (option >= CURLOPTTYPE_OFF_T && option < CURLOPTTYPE_BLOB) {
    code = kReal(easy, option, va_arg(arguments, curl_off_t));
  } else {
    code = kReal(easy, option, va_arg(arguments, void*));
  }
  va_end(arguments);
  return code;
}

extern "C" CURLcode curl_easy_getinfo(CURL* easy, CURLINFO info, ...) {
  static decltype(curl_easy_getinfo)* const kReal =
      look_up<decltype(curl_easy_getinfo)>("curl_easy_getinfo");
  va_list arguments;
  va_start(arguments, info);
  const CURLcode code = kReal(easy, info, va_arg(arguments, void*));
  va_end(arguments);
  return code;
}

CFKOPS_FORWARD(CURL*, curl_easy_init, (), ())
CFKOPS_FORWARD(void, curl_easy_cleanup, (CURL * easy), (easy))
CFKOPS_FORWARD(CURLcode, curl_easy_pause, (CURL * easy, int which), (easy, which))
CFKOPS_FORWARD(CURLcode,
               curl_easy_recv,
               (CURL * easy, void* into, size_t size, size_t* got),
               (easy, into, size, got))
CFKOPS_FORWARD(CURLcode,
               curl_easy_send,
               (CURL * easy, const void* from, size_t size, size_t* sent),
               (easy, from, size, sent))
CFKOPS_FORWARD(CURLM*, curl_multi_init, (), ())
CFKOPS_FORWARD(CURLMcode, curl_multi_cleanup, (CURLM * multi), (multi))
CFKOPS_FORWARD(CURLMcode, curl_multi_add_handle, (CURLM * multi, CURL* easy), (multi, easy))
CFKOPS_FORWARD(CURLMcode, curl_multi_remove_handle, (CURLM * multi, CURL* easy), (multi, easy))
CFKOPS_FORWARD(CURLMcode, curl_multi_perform, (CURLM * multi, int* running), (multi, running))
CFKOPS_FORWARD(CURLMcode,
               curl_multi_poll,
               (CURLM * multi, curl_waitfd* fds, unsigned count, int ms, int* ready),
               (multi, fds, count, ms, ready))
CFKOPS_FORWARD(CURLMcode,
               curl_multi_fdset,
               (CURLM * multi, fd_set* read, fd_set* write, fd_set* except, int* last),
               (multi, read, write, except, last))
CFKOPS_FORWARD(CURLMcode, curl_multi_timeout, (CURLM * multi, long* ms), (multi, ms))
CFKOPS_FORWARD(CURLMsg*, curl_multi_info_read, (CURLM * multi, int* queued), (multi, queued))
CFKOPS_FORWARD(const char*, curl_multi_strerror, (CURLMcode code), (code))
CFKOPS_FORWARD(curl_slist*, curl_slist_append, (curl_slist * list, const char* line), (list, line))
CFKOPS_FORWARD(void, curl_slist_free_all, (curl_slist * list), (list))
CFKOPS_FORWARD(curl_version_info_data*, curl_version_info, (CURLversion age), (age))

#endif
