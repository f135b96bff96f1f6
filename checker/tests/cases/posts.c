// rules: wdm/PagedCode
// What comes after an operation comes where it was asked for before it.

#include <fltKernel.h>

static FLT_POST_OPERATION_CALLBACK AfterControl;

FLT_PREOP_CALLBACK_STATUS BeforeControl(PFLT_CALLBACK_DATA Data, PCFLT_RELATED_OBJECTS Objects, PVOID *Context)
{
    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS AfterControl(PFLT_CALLBACK_DATA Data, PCFLT_RELATED_OBJECTS Objects, PVOID Context,
    FLT_POST_OPERATION_FLAGS Flags)
{
    PAGED_CODE();
    return FLT_POSTOP_FINISHED_PROCESSING;
}

static FLT_PREOP_CALLBACK_STATUS Refused(PFLT_CALLBACK_DATA Data)
{
    Data->IoStatus.Status = STATUS_ACCESS_DENIED;
    return FLT_PREOP_COMPLETE;
}

FLT_PREOP_CALLBACK_STATUS BeforeWrite(PFLT_CALLBACK_DATA Data, PCFLT_RELATED_OBJECTS Objects, PVOID *Context)
{
    FLT_PREOP_CALLBACK_STATUS answer = FLT_PREOP_SUCCESS_NO_CALLBACK;

    if (Data->RequestorMode == UserMode) {
        answer = Refused(Data);
    }
    return answer;
}

FLT_POSTOP_CALLBACK_STATUS AfterWrite(PFLT_CALLBACK_DATA Data, PCFLT_RELATED_OBJECTS Objects, PVOID Context,
    FLT_POST_OPERATION_FLAGS Flags)
{
    PAGED_CODE();
    return FLT_POSTOP_FINISHED_PROCESSING;
}

FLT_PREOP_CALLBACK_STATUS BeforeQuery(PFLT_CALLBACK_DATA Data, PCFLT_RELATED_OBJECTS Objects, PVOID *Context)
{
    FLT_PREOP_CALLBACK_STATUS answer = FLT_PREOP_SUCCESS_NO_CALLBACK;

    if (Data->RequestorMode == UserMode) {
        answer = FLT_PREOP_SUCCESS_WITH_CALLBACK;
    }
    return answer;
}

FLT_POSTOP_CALLBACK_STATUS AfterQuery(PFLT_CALLBACK_DATA Data, PCFLT_RELATED_OBJECTS Objects, PVOID Context,
    FLT_POST_OPERATION_FLAGS Flags)
{
    PAGED_CODE(); //~ PagedCode
    return FLT_POSTOP_FINISHED_PROCESSING;
}

// Who has nothing before the operation is always called after it.
FLT_POSTOP_CALLBACK_STATUS AfterRead(PFLT_CALLBACK_DATA Data, PCFLT_RELATED_OBJECTS Objects, PVOID Context,
    FLT_POST_OPERATION_FLAGS Flags)
{
    PAGED_CODE(); //~ PagedCode
    return FLT_POSTOP_FINISHED_PROCESSING;
}

// One function for two operations, of which one asks.
FLT_POSTOP_CALLBACK_STATUS AfterBoth(PFLT_CALLBACK_DATA Data, PCFLT_RELATED_OBJECTS Objects, PVOID Context,
    FLT_POST_OPERATION_FLAGS Flags)
{
    PAGED_CODE(); //~ PagedCode
    return FLT_POSTOP_FINISHED_PROCESSING;
}

CONST FLT_OPERATION_REGISTRATION Callbacks[] = {
    {IRP_MJ_FILE_SYSTEM_CONTROL, 0, BeforeControl, AfterControl},
    {IRP_MJ_WRITE, 0, BeforeWrite, AfterWrite},
    {IRP_MJ_QUERY_INFORMATION, 0, BeforeQuery, AfterQuery},
    {IRP_MJ_READ, 0, NULL, AfterRead},
    {IRP_MJ_CLEANUP, 0, BeforeControl, AfterBoth},
    {IRP_MJ_CLOSE, 0, BeforeQuery, AfterBoth},
    {IRP_MJ_OPERATION_END},
};
