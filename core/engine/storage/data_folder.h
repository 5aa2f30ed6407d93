/* The folder where one embedded chain lives (DESIGN 5, Data): who uses it, which format it has, where its
 * files are. It holds "format" (one line, "eosiofs 1"), "lock" (the pid of the process that uses it) and
 * what its users put there. */
#ifndef EOSIOFS_CORE_ENGINE_STORAGE_DATA_FOLDER_H
#define EOSIOFS_CORE_ENGINE_STORAGE_DATA_FOLDER_H

#include "core/base/error.h"
#include "core/base/text.h"

struct data_folder;

/* Appends the default place for a mount point: $XDG_DATA_HOME/eosiofs/NAME, else
 * $HOME/.local/share/eosiofs/NAME; NAME is the mount point's last part. -ENOENT when neither variable
 * names an absolute path, -EINVAL when the mount point has no name. */
int data_folder_default(struct text *out, const char *mountpoint, struct error *error);

/* Opens the folder for this process alone, making it and what is above it (0700) when it is not there.
 * Fails with
 *   -EBUSY      another process has it, the sentence names its pid
 *   -ENOTEMPTY  it holds other things and is no data folder
 *   -ENOTSUP    its format is newer
 *   -EBADMSG    its format file is damaged
 *   -EPERM      it or something in it belongs to somebody else, or others may write it
 * or another -errno; then nothing has changed but perhaps that there is an empty folder. */
int data_folder_open(struct data_folder **out, const char *path, struct error *error);
/* The same for a folder in which others keep files, too, as nodeos's: it need not be empty. */
int data_folder_open_shared(struct data_folder **out, const char *path, struct error *error);
void data_folder_close(struct data_folder *folder); /* NULL is fine */
const char *data_folder_path(const struct data_folder *folder); /* borrowed */
/* The path of a file in it; free() it. */
char *data_folder_file(const struct data_folder *folder, const char *name);
/* The path of a folder in it, made (0700) when it is not there; free() it. NULL and the error set when
 * that fails. */
char *data_folder_subfolder(const struct data_folder *folder, const char *name, struct error *error);

#endif
